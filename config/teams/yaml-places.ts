/** Where in a YAML text its parts stand. */
import { isAlias, isMap, isScalar, isSeq, visit } from 'yaml';
import type { Document, Node, Pair, YAMLMap } from 'yaml';
import type { Path, Spot } from './finding.ts';

export type FindOffset = (path: Path, spot: Spot) => number;

/** Finds the place of what is at a path; of the nearest part around it where there is nothing. */
export function createOffsetFinder(document: Document): FindOffset {
  const indexes = new WeakMap<YAMLMap, Map<string, Pair>>();
  const findPair = (map: YAMLMap, name: string): Pair | undefined => {
    const index = indexes.get(map) ?? indexPairs(map);
    indexes.set(map, index);
    return index.get(name);
  };
  return (path, spot) => {
    let node = document.contents as Node | null;
    let offset = startOf(node) ?? 0;
    for (const [index, part] of path.entries()) {
      const resolved = isAlias(node) ? (node.resolve(document) ?? null) : node;
      if (isSeq(resolved)) {
        node = (resolved.items[Number(part)] ?? null) as Node | null;
        offset = startOf(node) ?? offset;
      } else if (isMap(resolved)) {
        const pair = findPair(resolved, String(part));
        if (pair === undefined) return offset;
        const keyOffset = startOf(pair.key as Node) ?? offset;
        const isAim = index === path.length - 1;
        node = pair.value as Node | null;
        offset = isAim && spot === 'value' && isScalar(node) ? (startOf(node) ?? keyOffset) : keyOffset;
      } else {
        return offset;
      }
    }
    return offset;
  };
}

export interface DuplicateKey {
  key: string;
  offset: number;
}

/** Keys that a map has twice. The parser looks for them too, in a time that grows with the square of their number. */
export function findDuplicateKeys(document: Document): DuplicateKey[] {
  const duplicates: DuplicateKey[] = [];
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) duplicates.push({ key: name, offset: startOf(key) ?? 0 });
        seen.add(name);
      }
    },
  });
  return duplicates;
}

function indexPairs(map: YAMLMap): Map<string, Pair> {
  // Of a key that is there twice, the last one is in the data and in the index.
  const entries = (map.items as Pair[]).flatMap((pair) =>
    isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : [],
  );
  return new Map(entries);
}

function startOf(node: Node | null): number | undefined {
  return node?.range?.[0];
}
