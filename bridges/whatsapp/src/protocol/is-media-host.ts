import type { SocketServer } from './socket-server.ts'

/** `directPath` is put behind the host as it stands, so only the whole shows where it leads. */
export function isMediaHost(protocol: string, hostname: string, server: SocketServer | undefined): boolean {
  if (protocol !== 'https:') return false
  const name = hostname.toLowerCase().replace(/\.$/, '')
  if (server !== undefined) return name === new URL(server.url).hostname
  return name.endsWith('.whatsapp.net')
}
