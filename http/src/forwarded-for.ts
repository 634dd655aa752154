import { plainAddress } from './network-of.ts'

/**
 * Who asked, by `X-Forwarded-For`: what the outermost of the trusted proxies saw. Each of them appends whom it saw, so what
 * stands before that may be made up.
 */
export function forwardedFor(header: string, trustedProxies: ReadonlySet<string>): string | undefined {
  const seen = header.split(',').map(addressOf)
  return seen.findLast((address) => !trustedProxies.has(address)) ?? seen[0]
}

/** Some proxies write the port, too, which differs with every connection. */
function addressOf(text: string): string {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(text.trim()) ?? []
  return plainAddress(bracketed ?? dotted ?? text.trim())
}
