import { describe, expect, it } from '@jest/globals';
import { findRegistries, listHosts } from '../../scripts/find-registries.mjs';

describe('the rule against registry addresses', () => {
  it('knows the hosts of the settings, and leaves out local ones', () => {
    const settings = [
      'https://user:key@packages.example.org/npm/',
      'https://go.example.org|direct',
      'http://127.0.0.1:4873',
    ];
    expect(listHosts(settings)).toEqual(['packages.example.org', 'go.example.org']);
  });

  it('reports a file that names one', () => {
    expect(
      findRegistries('Dockerfile', 'RUN npm i --registry https://packages.example.org', [
        'packages.example.org',
      ]),
    ).toEqual(['Dockerfile: names the host packages.example.org']);
  });

  it('reports a lock file with download addresses', () => {
    expect(
      findRegistries('package-lock.json', '"resolved": "https://elsewhere.example.org/a.tgz"', []),
    ).toHaveLength(1);
    expect(findRegistries('package-lock.json', '"resolved": "packages/a"', [])).toEqual([]);
  });
});
