import { existsSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';

// What a setting's text may be. Each message completes the sentence "NAME is …: it must be".

const HOST_NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

const say = (what: string): { error: () => string } => ({ error: () => what });

/** A whole number in decimal, within bounds. */
export function wholeNumber(least: number, most: number): z.ZodType<number, string> {
  const what = `a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, what)
    .transform(Number)
    .refine((number) => number >= least && number <= most, what);
}

export const port = wholeNumber(0, 65_535);

export function oneOf<const Choices extends readonly [string, ...string[]]>(
  choices: Choices,
): z.ZodType<Choices[number], string> {
  return z.enum(choices, say(`one of ${choices.join(', ')}`));
}

export const text = z.string();

export const yesOrNo = oneOf(['true', 'false', '1', '0']);

const webAddress = z.url({ protocol: /^https?$/, ...say('an http or https URL') });
export const httpUrl = webAddress.refine(
  (url) => !URL.canParse(url) || !new URL(url).username,
  'a URL without user name and password',
);

export const databaseUrl = z.url({
  protocol: /^postgres(ql)?$/,
  ...say('a postgresql:// URL, with special characters of the password percent-encoded'),
});
export const redisUrl = z.url({ protocol: /^rediss?$/, ...say('a redis:// URL') });

/** As Standard Webhooks writes it: 24 to 64 bytes. */
export const webhookSecret = z
  .string()
  .regex(
    /^whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
    'whsec_ and 24 to 64 random bytes in base64, as of: echo "whsec_$(openssl rand -base64 32)"',
  );

export const hostAndPort = z
  .string()
  .regex(/^([\w.-]+|\[[0-9a-f:]+\]):\d{1,5}$/i, 'a host and a port, without a scheme');

/** An address to listen at. */
export const listenAddress = hostAndPort.transform((address) => {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(address.slice(colon + 1)) };
});

export const listeningHost = z
  .string()
  .refine(
    (host) => isIP(host) !== 0 || (HOST_NAME.test(host) && !/^[\d.]+$/.test(host)),
    'an address or a name of this machine, without scheme or port',
  );

export const existingFile = z
  .string()
  .refine((path) => existsSync(path) && statSync(path).isFile(), 'a file that exists');

export const existingFolder = z
  .string()
  .refine((path) => existsSync(path) && statSync(path).isDirectory(), 'a folder that exists');

export const hostNames = z
  .string()
  .transform((list) =>
    list
      .split(',')
      .map((host) => host.trim().toLowerCase())
      .filter(Boolean),
  )
  .refine(
    (hosts) => hosts.every((host) => HOST_NAME.test(host) || isIP(host) !== 0),
    'host names separated by commas, without scheme, port or path',
  );
