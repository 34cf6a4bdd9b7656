// Where packages come from is a matter of each machine: a committed address would send everybody there.
const LOCAL = /^(localhost|127\.|10\.|192\.168\.|\[)/;

/** Hosts in registry and proxy settings such as `https://host/path,direct`. @param {string[]} settings */
export function listHosts(settings) {
  const parts = settings.flatMap((setting) => setting.split(/[,|\s]/));
  const hosts = parts.map((part) => /^https?:\/\/(?:[^@/]*@)?([^/:]+)/.exec(part)?.[1] ?? '');
  return [...new Set(hosts)].filter((host) => host.includes('.') && !LOCAL.test(host));
}

/** @param {string} file @param {string} text @param {string[]} hosts @returns {string[]} what is wrong */
export function findRegistries(file, text, hosts) {
  const named = hosts.filter((host) => text.includes(host)).map((host) => `${file}: names the host ${host}`);
  const resolved = file.endsWith('package-lock.json') && /"resolved": "https?:/.test(text);
  return resolved
    ? [...named, `${file}: records download addresses (omit-lockfile-registry-resolved)`]
    : named;
}
