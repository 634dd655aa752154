import { loginSettings } from '@pons/core'
import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false } as const

const Server = Type.Object(
  {
    url: Type.String({ description: 'Address of its WebSocket, on a loopback address.' }),
    media_host: Type.Optional(
      Type.String({ description: 'Where its media are, with a port: the history of a login.' }),
    ),
    media_ca: Type.Optional(Type.String({ description: 'PEM of the authority behind the certificate of its media.' })),
  },
  { ...strict, description: 'Another server than WhatsApp’s, for tests: on this machine only.' },
)

export const WhatsAppConfig = Type.Object(
  {
    chats_after_login: loginSettings.chats_after_login,
    history_messages: Type.Integer({
      default: 50,
      minimum: 0,
      maximum: 1000,
      description: 'How many messages of each chat are kept of what the phone hands over after a login.',
    }),
    max_media_bytes: loginSettings.max_media_bytes,
    server: Type.Optional(Server),
  },
  strict,
)
export type WhatsAppConfig = Static<typeof WhatsAppConfig>

/**
 * Words for what is wrong with the settings; undefined when they will do. Whoever could name another server would be given
 * the account: that the server is WhatsApp's is vouched for by TLS alone.
 */
export function configProblem({ server }: WhatsAppConfig): string | undefined {
  if (server === undefined || isLoopback(server.url)) return undefined
  return `networks.whatsapp.server.url is ${server.url}: only an address of this machine may stand in for WhatsApp`
}

function isLoopback(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {}
  if (protocol !== 'ws:' && protocol !== 'wss:') return false
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname ?? '')
}
