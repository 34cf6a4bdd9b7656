/** Which addresses are not of the public internet, whatever they are written as. Spec: trust.md, "Outgoing requests". */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Networks that IANA does not route publicly, and the clouds' own addresses within public ones. */
const PRIVATE_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** All but 2000::/3, and of that what is kept for documentation, tunnels and tests. */
const PUBLIC_IPV6 = '2000::/3';
const PRIVATE_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '5f00::/16'];

const privateIPv4 = toBlockList(PRIVATE_IPV4, 'ipv4');
const publicIPv6 = toBlockList([PUBLIC_IPV6], 'ipv6');
const privateIPv6 = toBlockList(PRIVATE_IPV6, 'ipv6');

/** An IPv4 address in an IPv6 one (mapped, NAT64, 6to4) is in none of the public networks. */
export function isPrivateAddress(address: string): boolean {
  if (isIPv4(address)) return privateIPv4.check(address, 'ipv4');
  const [plain = ''] = address.split('%', 1);
  if (!isIPv6(plain)) return true;
  return !publicIPv6.check(plain, 'ipv6') || privateIPv6.check(plain, 'ipv6');
}

function toBlockList(networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}
