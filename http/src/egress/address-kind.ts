import { isIP } from 'node:net'

/** Where an address leads: to this machine, to a network that is not the internet, to nowhere a client may go, or out. */
export type AddressKind = 'loopback' | 'private' | 'reserved' | 'public'

interface Range {
  readonly bytes: readonly number[]
  readonly bits: number
  readonly kind: AddressKind
}

/** IANA's special-purpose registries (RFC 6890 and later), as far as a connection could be made there. */
const v4Ranges = ranges({
  '127.0.0.0/8': 'loopback',
  // On most systems what is sent to 0.0.0.0 arrives on this machine; no server is told by that name.
  '0.0.0.0/8': 'reserved',
  '10.0.0.0/8': 'private',
  '100.64.0.0/10': 'private',
  '169.254.0.0/16': 'private',
  '172.16.0.0/12': 'private',
  '192.168.0.0/16': 'private',
  '198.18.0.0/15': 'private',
  '192.0.0.0/24': 'reserved',
  '192.0.2.0/24': 'reserved',
  '192.88.99.0/24': 'reserved',
  '198.51.100.0/24': 'reserved',
  '203.0.113.0/24': 'reserved',
  // Multicast, what was never given out, and broadcast.
  '224.0.0.0/3': 'reserved',
})

const v6Ranges = ranges({
  '::1/128': 'loopback',
  '::/128': 'reserved',
  'fc00::/7': 'private',
  'fe80::/10': 'private',
  'fec0::/10': 'private',
  '64:ff9b:1::/48': 'private',
  '100::/64': 'reserved',
  // Teredo and what else is no place of a server (2001::/23), documentation, segment routing, multicast.
  '2001::/23': 'reserved',
  '2001:db8::/32': 'reserved',
  '3fff::/20': 'reserved',
  '5f00::/16': 'reserved',
  'ff00::/8': 'reserved',
})

/** Prefixes behind which an IPv4 address stands, and where it begins: such an address is judged as what it leads to. */
const embeddings = [
  { prefix: bytesOf('::ffff:0:0'), bits: 96, at: 12 },
  { prefix: bytesOf('::ffff:0:0:0'), bits: 96, at: 12 },
  { prefix: bytesOf('64:ff9b::'), bits: 96, at: 12 },
  { prefix: bytesOf('2002::'), bits: 16, at: 2 },
  { prefix: bytesOf('::'), bits: 96, at: 12 },
]

/** What kind of address that is; a text that is none is `reserved`: nothing may be sent there. */
export function addressKind(address: string): AddressKind {
  const bytes = bytesOf(address)
  return bytes === undefined ? 'reserved' : kindOf(bytes)
}

/** The IPv4 address that an IPv6 address leads to, however it holds it; undefined where it holds none. */
export function embeddedAddress(address: string): string | undefined {
  const bytes = bytesOf(address)
  return bytes?.length === 16 ? embeddedIn(bytes)?.join('.') : undefined
}

/** Whether all of it is zeros: what is sent there arrives on this machine. */
export function isUnspecified(address: string): boolean {
  const bytes = bytesOf(address)
  const isZero = (part: readonly number[] | undefined): boolean => part?.every((byte) => byte === 0) ?? false
  return isZero(bytes) || (bytes?.length === 16 && isZero(embeddedIn(bytes)))
}

function kindOf(bytes: readonly number[]): AddressKind {
  if (bytes.length === 4) return found(v4Ranges, bytes) ?? 'public'
  const own = found(v6Ranges, bytes)
  if (own !== undefined) return own
  const embedded = embeddedIn(bytes)
  return embedded === undefined ? 'public' : kindOf(embedded)
}

function embeddedIn(bytes: readonly number[]): readonly number[] | undefined {
  const embedding = embeddings.find(({ prefix, bits }) => prefix !== undefined && startsWith(bytes, prefix, bits))
  return embedding && bytes.slice(embedding.at, embedding.at + 4)
}

function ranges(table: Readonly<Record<string, AddressKind>>): readonly Range[] {
  return Object.entries(table).map(([text, kind]) => {
    const [address = '', bits] = text.split('/')
    return { bytes: bytesOf(address) ?? [], bits: Number(bits), kind }
  })
}

function found(among: readonly Range[], bytes: readonly number[]): AddressKind | undefined {
  return among.find((range) => startsWith(bytes, range.bytes, range.bits))?.kind
}

function startsWith(bytes: readonly number[], prefix: readonly number[], bits: number): boolean {
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = bits - bit >= 8 ? 0xff : (0xff << (8 - (bits - bit))) & 0xff
    if (((bytes[bit / 8] ?? 0) & mask) !== ((prefix[bit / 8] ?? 0) & mask)) return false
  }
  return true
}

/** Four bytes or sixteen; a zone (`%eth0`) is left out. undefined for what is no address. */
function bytesOf(address: string): number[] | undefined {
  const text = address.replace(/%.*$/, '')
  const version = isIP(text)
  if (version === 0) return undefined
  if (version === 4) return text.split('.').map(Number)
  // A dotted end is two groups more.
  const hex = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...quad: string[]) =>
    [0, 2].map((at) => (Number(quad[at]) * 256 + Number(quad[at + 1])).toString(16)).join(':'),
  )
  const [head = '', tail] = hex.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...(tail === undefined ? [] : zeros), ...after].flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}
