import { BlockList, isIP } from 'node:net'

/** What is not the open internet: this machine, private and shared networks, link-local (cloud metadata), multicast, reserved. */
const inside = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(network, bits, 'ipv4')

/** Of IPv6 only what is handed out to networks of the internet, without documentation, Teredo and 6to4 in it. */
const globalIpv6 = new BlockList()
globalIpv6.addSubnet('2000::', 3, 'ipv6')
const wrappedIpv6 = new BlockList()
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  wrappedIpv6.addSubnet(network, bits, 'ipv6')

/** Whether an IP address is one of the open internet, where an alert may be sent without reaching into a network. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address)
  if (version === 4) return !inside.check(address, 'ipv4')
  return version === 6 && globalIpv6.check(address, 'ipv6') && !wrappedIpv6.check(address, 'ipv6')
}
