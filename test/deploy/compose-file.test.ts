import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { makeServerFlags } from '../../cli/temporal-server/server-flags.ts';
import { findWhatIsMissing } from '../../cli/what-is-missing.ts';
import { loadSettings } from '../../config/settings.ts';
import { settingsTable } from '../../config/settings-table.ts';
import { searchAttributeTypes } from '../../protocol/search-attributes.ts';
import { readComposeFile, requiredVariables } from './compose-file.ts';
import type { Service } from './compose-file.ts';
import { knownVariables } from './known-variables.ts';

const file = readComposeFile();
const services = Object.entries(file.services);
const isOurs = ({ image }: Service): boolean => image.startsWith('offstage:');
/** Ends by itself. */
const isJob = ({ restart }: Service): boolean => restart !== 'unless-stopped';
const ours = services.filter(([, service]) => isOurs(service));
const theirs = services.filter(([, service]) => !isOurs(service));

const spec = JSON.parse(readFileSync('test/deploy/compose-spec.json', 'utf8')) as object;
const isValid = new Ajv2020({ strict: false }).compile(spec);

describe('docker-compose.yml', () => {
  it('is what the Compose Specification says', () => {
    isValid(file);
    expect(isValid.errors).toBeNull();
    expect(isValid({ services: { api: { imagee: 'x' } } })).toBe(false);
  });

  it('names only services, networks, volumes and files that are there', () => {
    for (const [, { depends_on = {}, networks = [], volumes = [] }] of services) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const needed = file.services[name];
        if (needed === undefined) throw new Error(`There is no service ${name}.`);
        expect(condition).toBe(isJob(needed) ? 'service_completed_successfully' : 'service_healthy');
      }
      for (const network of networks) expect(file.networks).toHaveProperty(network);
      for (const [source = ''] of volumes.map((volume) => volume.split(':'))) {
        expect(source.startsWith('./') ? existsSync(source) : source in file.volumes).toBe(true);
      }
    }
  });

  it.each(services)('%s has a version, limits, and no way to more than it needs', (_name, service) => {
    expect(service.image).toMatch(isOurs(service) ? /^offstage:local$/ : /:\d+\.\d+(\.\d+)?(-\w+)?$/);
    const { cpus, memory, pids } = service.deploy.resources.limits;
    expect([cpus, memory, pids]).toEqual([expect.any(String), expect.any(String), expect.any(Number)]);
    expect(service).toMatchObject({ read_only: true, security_opt: ['no-new-privileges:true'] });
    expect(service.logging.options).toHaveProperty('max-size');
    if (isJob(service)) return;
    expect(service.healthcheck?.test?.length).toBeGreaterThan(1);
    expect(service.stop_grace_period).toMatch(/^\d+s$/);
  });

  it('lets nobody beyond this machine in, and keeps the servers to themselves', () => {
    for (const [, { ports = [] }] of services)
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(file.networks['servers']).toEqual({ internal: true });
    for (const name of ['postgres', 'redis', 'temporal'])
      expect(file.services[name]?.networks).toEqual(['servers']);
    expect(file.services['keys']?.network_mode).toBe('none');
  });

  it('has a main worker, several background workers, and a bus between them', () => {
    const commands = ours.map(([, { command }]) => command?.join(' '));
    expect(commands).toEqual(['api', 'worker --queue main', 'worker --queue background', 'list']);
    expect(file.services['worker-background']).toMatchObject({ deploy: { replicas: 2 } });
  });
});

describe('the variables', () => {
  it.each(ours)('of %s are settings, and right', (_name, { environment = {} }) => {
    for (const name of Object.keys(environment)) expect(settingsTable).toHaveProperty(name);
    const env = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
    const settings = loadSettings({ env, cwd: process.cwd() });
    expect(settings.warnings).toEqual([]);
    const { problems, warnings } = findWhatIsMissing(settings);
    if (!env['OFFSTAGE_KEYS'] || env['DATABASE_URL']) expect([...problems, ...warnings]).toEqual([]);
  });

  it.each(theirs)('of %s are read by its image or by our script in it', (_name, service) => {
    const { environment = {}, entrypoint = [], volumes = [] } = service;
    const known = knownVariables[service.image.split(':')[0] ?? ''] ?? [];
    const scripts = [...entrypoint, ...volumes.map((volume) => volume.split(':')[0] ?? '')]
      .filter((path) => path.endsWith('.sh'))
      .map((path) => readFileSync(path.replace(/^\/deploy\//, 'deploy/temporal/'), 'utf8'));
    for (const name of Object.keys(environment)) {
      expect(known.includes(name) || scripts.some((script) => script.includes(`$${name}`))).toBe(true);
    }
    const used = scripts.flatMap((script) => [...script.matchAll(/\$\{?([A-Z_]+)/g)].map(([, name]) => name));
    // The PostgreSQL image sets it for the scripts that it runs.
    const given = [...Object.keys(environment), 'POSTGRES_USER'];
    expect(used.filter((name) => !given.includes(name ?? ''))).toEqual([]);
  });

  it('that have to be set are in the guide', () => {
    const guide = readFileSync('docs/operate.md', 'utf8');
    expect(requiredVariables.length).toBeGreaterThan(0);
    for (const name of requiredVariables) expect(guide).toContain(`${name}=`);
  });

  it('of processes that share servers are the same in all of them', () => {
    const [api, main, background] = ['api', 'worker-main', 'worker-background'].map((name) => {
      const { OFFSTAGE_HOST, OFFSTAGE_PORT, OFFSTAGE_KEYS, OFFSTAGE_METRICS, ...shared } =
        file.services[name]?.environment ?? {};
      return shared;
    });
    expect(main).toEqual(api);
    expect(background).toEqual(api);
  });
});

describe('the Temporal server', () => {
  it('has the values of the embedded one', () => {
    const flags = makeServerFlags({ host: '', port: 1, uiPort: 2, databaseFile: '', namespaces: [] });
    const embedded = flags.flatMap((flag, index) =>
      flags[index - 1] === '--dynamic-config-value' ? [flag.split('=')] : [],
    );
    const values = parse(readFileSync('deploy/temporal/dynamic-config.yaml', 'utf8')) as Record<
      string,
      unknown
    >;
    expect(values).toEqual(
      Object.fromEntries(
        embedded.map(([name, value]) => [name, [{ value: JSON.parse(value ?? '') as unknown }]]),
      ),
    );
  });

  it('gets the search attributes that sessions and tasks have', () => {
    const script = readFileSync('deploy/temporal/make-namespace.sh', 'utf8');
    const added = [...script.matchAll(/^add_attribute (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]);
    expect(added).toEqual(Object.entries(searchAttributeTypes));
  });
});
