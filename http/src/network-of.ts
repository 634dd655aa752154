import { isIPv4, isIPv6 } from 'node:net'

/** IPv4 in its own form where a socket for both shows it as IPv6. */
export function plainAddress(address: string): string {
  if (!address.startsWith('::')) return address
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

/** What one client can be told apart by: an IPv4 address, or the /64 network that each IPv6 host has to itself. */
export function networkOf(address: string): string {
  const plain = plainAddress(address)
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - after.length }, () => '0')
  return `${[...groups, ...zeros, ...after].slice(0, 4).join(':')}::/64`
}

/** The operator, a reverse proxy beside the server, or a caller in this process: not a stranger. */
export function isThisMachine(address: string | undefined): boolean {
  const plain = plainAddress(address ?? '')
  return plain === '' || plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'))
}
