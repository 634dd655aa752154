import { loginSettings } from '@pons/core'
import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false } as const

const Server = Type.Object(
  {
    host: Type.String({ description: 'A loopback address.' }),
    port: Type.Integer({ minimum: 1, maximum: 65535, description: 'Its TCP port.' }),
    key: Type.Object(
      {
        n: Type.String({ pattern: '^[0-9]+$', description: 'Modulus, decimal.' }),
        e: Type.Integer({ description: 'Exponent.' }),
        fingerprint: Type.String({ pattern: '^-?[0-9]+$', description: 'Decimal.' }),
      },
      { ...strict, description: 'The RSA key of that server.' },
    ),
  },
  { ...strict, description: 'Another server than Telegram’s, for tests: on this machine only.' },
)

export const TelegramConfig = Type.Object(
  {
    api_id: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Number of your application, from my.telegram.org; see docs/telegram.md.',
      }),
    ),
    api_hash: Type.Optional(
      Type.String({ pattern: '^[0-9a-f]{32}$', description: 'Hash of your application, from the same page.' }),
    ),
    chats_after_login: loginSettings.chats_after_login,
    max_media_bytes: loginSettings.max_media_bytes,
    server: Type.Optional(Server),
  },
  strict,
)
export type TelegramConfig = Static<typeof TelegramConfig>

/** Words for what is wrong with the settings; undefined when they will do. */
export function configProblem({ server }: TelegramConfig): string | undefined {
  if (server === undefined || /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(server.host)) return undefined
  return `networks.telegram.server.host is ${server.host}: only an address of this machine may stand in for Telegram`
}
