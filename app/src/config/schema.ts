import { BridgeSettings } from '@pons/core'
import { OperatorSettings } from '@pons/homeserver/config'
import { IrcConfig } from '@pons/irc'
import { TelegramConfig } from '@pons/telegram'
import { Type, type Static, type TSchema } from 'typebox'
import { whatsApp } from '../optional-whatsapp.ts'

const strict = { additionalProperties: false } as const

const Listener = Type.Object(
  {
    host: Type.String({ default: '127.0.0.1', description: 'Address to listen on.' }),
    port: Type.Integer({ default: 8008, minimum: 0, maximum: 65535, description: 'TCP port; 0 takes a free one.' }),
    tls: Type.Optional(
      Type.Object(
        {
          key_file: Type.String({ description: 'Private key, PEM.' }),
          cert_file: Type.String({ description: 'Certificate chain, PEM.' }),
        },
        { ...strict, description: 'Serve TLS with this certificate; plain HTTP without it.' },
      ),
    ),
  },
  strict,
)

const RateLimit = Type.Object(
  {
    per_second: Type.Number({ default: 10, exclusiveMinimum: 0, description: 'Requests that come back each second.' }),
    burst: Type.Integer({ default: 50, minimum: 1, description: 'Requests at once after a rest.' }),
  },
  strict,
)

const Log = Type.Object(
  {
    level: Type.Union(
      ['trace', 'debug', 'info', 'warn', 'error', 'silent'].map((level) => Type.Literal(level)),
      { default: 'info', description: 'The least important lines that are kept.' },
    ),
    file: Type.Optional(Type.String({ description: 'Write the log there, as JSON lines; standard error without it.' })),
  },
  { ...strict, default: {}, description: 'The log.' },
)

const Queue = Type.Object(
  {
    engine: Type.Union([Type.Literal('embedded'), Type.Literal('bull')], {
      default: 'embedded',
      description: '`embedded` in this process, or `bull` on a Redis server.',
    }),
    redis: Type.String({
      default: 'redis://127.0.0.1:6379',
      pattern: '^rediss?://',
      description: 'Address of the Redis server for `bull`, `redis://user:password@host:port/number`.',
    }),
    prefix: Type.String({
      default: 'pons',
      pattern: '^[A-Za-z0-9_-]+$',
      description: 'In front of every key there; another one for each Pons that shares the server.',
    }),
  },
  {
    ...strict,
    default: {},
    description: 'How bridges queue what is to be delivered. The database keeps it, whatever becomes of the queue.',
  },
)

const Monitoring = Type.Object(
  {
    listener: Type.Optional(
      Type.Object(
        {
          host: Type.String({ default: '127.0.0.1', description: 'A loopback address.' }),
          port: Type.Integer({ minimum: 0, maximum: 65535, description: 'TCP port; 0 takes a free one.' }),
        },
        {
          ...strict,
          description: 'Serve /health and /metrics in full there, without a token, to programs on this machine.',
        },
      ),
    ),
  },
  {
    ...strict,
    default: {},
    description:
      'What monitoring reads. Beside the client API, /health says `ok` or `degraded`; more, and /_pons/metrics, only to the access token of an administrator.',
  },
)

const Egress = Type.Object(
  {
    allow: Type.Array(Type.String(), {
      default: [],
      description: 'Networks that people may name although they are not the internet, such as 10.1.0.0/16.',
    }),
    deny: Type.Array(Type.String(), {
      default: [],
      description: 'Networks that nothing is sent to, whoever names them.',
    }),
  },
  {
    ...strict,
    default: {},
    description:
      'Where the process connects to. What people and other servers name must lead to the internet; hosts that this file names may be of the own network.',
  },
)

/** Where the homeserver pushes to, and people on the networks find media. */
const PushListener = Type.Object(
  {
    host: Listener.properties.host,
    port: Type.Integer({ default: 29320, minimum: 0, maximum: 65535, description: 'TCP port; 0 takes a free one.' }),
    tls: Listener.properties.tls,
  },
  { ...strict, default: {}, description: 'Where the homeserver pushes to, and media are handed out.' },
)

const OtherHomeserver = Type.Object(
  {
    address: Type.String({
      description: 'Where the bridges reach the homeserver, such as http://127.0.0.1:8008.',
    }),
    domain: Type.String({ minLength: 1, description: 'Its server name: the part of ids after the colon.' }),
    listener: PushListener,
    listener_url: Type.Optional(
      Type.String({
        description:
          'Where the homeserver reaches that listener, if not at its own address; part of the registrations.',
      }),
    ),
  },
  {
    ...strict,
    description:
      'Run the bridges on another homeserver instead of the bundled one; see docs/other-homeservers.md. Settings of the bundled one cannot stand beside it.',
  },
)

/** Without the package, whatever is written there is found to be wrong later, in words. */
const WhatsApp: TSchema =
  whatsApp === undefined
    ? Type.Optional(Type.Unknown())
    : Type.Union([whatsApp.WhatsAppConfig, Type.Literal(false)], {
        default: {},
        description: 'The WhatsApp bridge, an optional package; `false` switches it off.',
      })

const Networks = Type.Object(
  {
    irc: Type.Union([IrcConfig, Type.Literal(false)], {
      default: {},
      description: 'The IRC bridge; `false` switches it off.',
    }),
    telegram: Type.Union([TelegramConfig, Type.Literal(false)], {
      default: {},
      description: 'The Telegram bridge; `false` switches it off.',
    }),
    whatsapp: WhatsApp,
  },
  { ...strict, default: {}, description: 'The networks to bridge.' },
)

/** Everything `pons.yaml` may say. The example file and docs/configuration.md are made from it. */
export const PonsConfig = Type.Object(
  {
    server_name: Type.String({
      default: 'localhost',
      minLength: 1,
      description: 'The part of ids after the colon. It can never change once rooms exist.',
    }),
    public_base_url: Type.Optional(
      Type.String({
        description:
          'Where clients reach the server, such as https://matrix.example.org; beside `homeserver`, where people on the networks reach its listener, for media.',
      }),
    ),
    homeserver: Type.Optional(OtherHomeserver),
    data_dir: Type.String({
      default: 'data',
      description: 'Folder for everything that is kept; relative to this file.',
    }),
    database: Type.String({
      default: 'sqlite:pons.db',
      description:
        '`sqlite:FILE`, relative to the data folder, or `postgres://user:password@host/name` for larger hosts.',
    }),
    signing_key_file: Type.String({
      default: 'signing.key',
      description: 'The server’s signing key, made at the first start; relative to the data folder.',
    }),
    listeners: Type.Array(Listener, {
      default: [{}],
      description: 'Where clients and other application services connect.',
    }),
    ...OperatorSettings,
    registration_files: Type.Array(Type.String(), {
      default: [],
      description: 'Registration files of other application services; relative to this file.',
    }),
    rate_limit: Type.Union([RateLimit, Type.Literal(false)], {
      default: { per_second: 10, burst: 50 },
      description: 'Limits what one user may write; `false` switches it off, as test harnesses want.',
    }),
    trusted_ca_file: Type.Optional(
      Type.String({ description: 'Further certificate authorities for outgoing TLS, PEM; relative to this file.' }),
    ),
    allow_loopback: Type.Boolean({
      default: true,
      description:
        'May application services, IRC networks and other hosts that the process calls be on loopback addresses?',
    }),
    egress: Egress,
    max_upload_bytes: Type.Integer({ default: 104857600, minimum: 1024, description: 'Limit of one media upload.' }),
    max_user_media_bytes: Type.Integer({
      default: 10737418240,
      minimum: 0,
      description: 'Limit of what one user may upload in all; bridges are not counted.',
    }),
    log: Log,
    monitoring: Monitoring,
    queue: Queue,
    bridge: Type.Object(BridgeSettings.properties, {
      ...strict,
      default: {},
      description: 'What holds for every network.',
    }),
    networks: Networks,
  },
  strict,
)
export type PonsConfig = Static<typeof PonsConfig>
