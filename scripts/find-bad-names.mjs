// Files are named in kebab-case after what they hold. A name that fits everything says nothing.
const SOURCE = /\.(ts|tsx|mts|mjs|cjs|js)$/;
const KEBAB_CASE = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;
const EMPTY_WORDS = /(^|[-.])(utils?|helpers?|common|misc)([-.]|$)/;
const EMPTY_FOLDERS = /^(utils?|helpers?|common|misc)$/;

/** @param {string[]} files @returns {string[]} what is wrong, a line for each */
export function findBadNames(files) {
  return files
    .filter((file) => SOURCE.test(file))
    .flatMap((file) => {
      const folders = file.split('/');
      const name = folders.pop() ?? '';
      if (!KEBAB_CASE.test(name)) return [`${file}: not kebab-case`];
      if (EMPTY_WORDS.test(name) || folders.some((folder) => EMPTY_FOLDERS.test(folder))) {
        return [`${file}: name it after what it holds`];
      }
      return [];
    });
}
