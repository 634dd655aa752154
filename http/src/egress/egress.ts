import { lookup as resolveName, type LookupAddress } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { addressKind, embeddedAddress, isUnspecified } from './address-kind.ts'

/** An address that nothing is sent to. What a stranger is told of it is the caller's to decide. */
export class EgressRefused extends Error {
  override readonly name = 'EgressRefused'
  readonly code = 'EGRESS_REFUSED'
}

/** One way out of the process: every socket that the process opens to another host is opened through one. */
export interface Egress {
  /**
   * For `connect` of net, tls and undici: resolves, and hands on only addresses that may be reached, so the very address
   * that was judged is the one that is connected to.
   */
  readonly lookup: LookupFunction
  /** For hosts that are addresses already: those are never looked up. @throws EgressRefused */
  check(host: string): void
}

export interface EgressOptions {
  /** May what is configured, and what people ask for, be on this machine? */
  readonly allowLoopback?: boolean
  /** Networks (`10.1.0.0/16`) that people may name although they are not the internet. */
  readonly allow?: readonly string[]
  /** Networks that nothing is sent to, whoever names them. */
  readonly deny?: readonly string[]
  /** The system's; another one in tests. */
  readonly resolve?: typeof resolveName
}

/**
 * Two ways, of which the caller takes the one for where an address comes from. Whoever runs the server may name hosts of
 * the own network; what people and other servers name leads to the internet, or to this machine where that is allowed.
 */
export interface EgressPolicy {
  readonly forOperator: Egress
  readonly forOthers: Egress
}

export function createEgress(options: EgressOptions = {}): EgressPolicy {
  const { allowLoopback = true, allow = [], deny = [], resolve = resolveName } = options
  const [allowed, denied] = [networks(allow), networks(deny)]
  const isOpen = (address: string, isOperators: boolean): boolean => {
    const embedded = embeddedAddress(address)
    if (contains(denied, address) || (embedded !== undefined && contains(denied, embedded))) return false
    const kind = addressKind(address)
    if (kind === 'loopback' || isUnspecified(address)) return allowLoopback && (isOperators || kind === 'loopback')
    return isOperators || kind === 'public' || contains(allowed, address)
  }
  const wayFor = (isOperators: boolean): Egress => egress((address) => isOpen(address, isOperators), resolve)
  return { forOperator: wayFor(true), forOthers: wayFor(false) }
}

/** @throws RangeError for what is no network */
export function parseNetwork(text: string): { address: string; bits: number; family: 'ipv4' | 'ipv6' } {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? []
  const version = isIP(address)
  const longest = version === 4 ? 32 : 128
  if (version === 0 || Number(bits ?? longest) > longest) throw new RangeError(`${text} is no network`)
  return { address, bits: Number(bits ?? longest), family: version === 4 ? 'ipv4' : 'ipv6' }
}

function egress(isOpen: (address: string) => boolean, resolve: typeof resolveName): Egress {
  const refuse = (): EgressRefused => new EgressRefused('nothing may be sent to that address')
  return {
    check(host) {
      const address = host.replaceAll(/^\[|\]$/g, '')
      if (isIP(address.replace(/%.*$/, '')) !== 0 && !isOpen(address)) throw refuse()
    },
    lookup(hostname, options, done) {
      resolve(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
        if (error) return done(error, '')
        // All of them, or none: which one is taken would be left to chance.
        const isRefused = found.length === 0 || found.some(({ address }) => !isOpen(address))
        const [first] = found
        if (isRefused || first === undefined) return done(refuse(), '')
        if (options.all) done(null, found)
        else done(null, first.address, first.family)
      })
    },
  }
}

function networks(list: readonly string[]): BlockList {
  const made = new BlockList()
  for (const text of list) {
    const { address, bits, family } = parseNetwork(text)
    made.addSubnet(address, bits, family)
  }
  return made
}

function contains(list: BlockList, address: string): boolean {
  const text = address.replace(/%.*$/, '')
  return list.check(text, isIP(text) === 6 ? 'ipv6' : 'ipv4')
}
