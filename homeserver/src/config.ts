import { supportedRoomVersions } from '@pons/matrix'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

const strict = { additionalProperties: false } as const

const Listener = Type.Object(
  {
    host: Type.String({ default: '127.0.0.1', description: 'Address to listen on.' }),
    port: Type.Integer({ minimum: 0, maximum: 65535, description: 'TCP port; 0 takes a free one.' }),
    tls: Type.Optional(
      Type.Object({
        key: Type.String({ description: 'Private key, PEM text.' }),
        cert: Type.String({ description: 'Certificate chain, PEM text.' }),
      }),
    ),
  },
  strict,
)

const RateLimit = Type.Object(
  {
    per_second: Type.Number({ exclusiveMinimum: 0, default: 10, description: 'Requests that come back each second.' }),
    burst: Type.Integer({ minimum: 1, default: 50, description: 'Requests at once after a rest.' }),
  },
  strict,
)

const Registration = Type.Object(
  {
    open: Type.Boolean({ default: false, description: 'Anybody who reaches the server may make an account.' }),
    shared_secret: Type.Optional(
      Type.String({ minLength: 16, description: 'Lets whoever knows it make accounts, administrators too.' }),
    ),
  },
  { ...strict, default: {}, description: 'How accounts are made. `pons register` works without any of these.' },
)

const Turn = Type.Object(
  {
    uris: Type.Array(Type.String(), { description: 'Addresses of TURN servers, such as turn:host?transport=udp.' }),
    shared_secret: Type.String({ minLength: 1, description: 'The secret that the TURN servers know, too.' }),
    lifetime_seconds: Type.Integer({ default: 86400, minimum: 60, description: 'How long a password is good.' }),
  },
  { ...strict, description: 'Servers that carry calls through firewalls.' },
)

/** What an operator sets as it is: each stands in the configuration file under the same name. A new one is a line here. */
export const OperatorSettings = {
  trusted_proxies: Type.Array(Type.String(), {
    default: [],
    description: 'Addresses of reverse proxies whose X-Forwarded-For is believed.',
  }),
  registration: Registration,
  password_hashing: Type.Union([Type.Literal('strong'), Type.Literal('cheap')], {
    default: 'strong',
    description: '`cheap` makes logins fast and passwords easy to guess from a stolen database: for tests only.',
  }),
  presence: Type.Boolean({
    default: false,
    description: 'Tell people who share a room when each other is online; costs a small host more than it gives.',
  }),
  turn: Type.Optional(Turn),
  default_room_version: Type.Enum([...supportedRoomVersions], {
    default: '11',
    description: 'The version of rooms whose creator does not choose.',
  }),
  keep_transaction_ids_hours: Type.Number({
    default: 720,
    exclusiveMinimum: 0,
    description:
      'How long a send from a device is known when it is repeated; twelve times as long for application services.',
  }),
  max_request_bytes: Type.Integer({
    minimum: 65536,
    default: 4194304,
    description: 'Limit of a JSON body that holds many things; others have 512 KiB at most, and strangers 64.',
  }),
  max_user_rooms: Type.Integer({
    minimum: 0,
    default: 2000,
    description: 'How many rooms one user may make; bridges may make as many as there are chats.',
  }),
  max_user_joined_rooms: Type.Integer({
    minimum: 0,
    default: 10_000,
    description: 'How many rooms one user may be in; bots and ghosts of bridges in as many as there are.',
  }),
  max_user_invites: Type.Integer({
    minimum: 0,
    default: 2000,
    description: 'How many invitations may wait for one user, a quarter of them from one inviter.',
  }),
}

/** The homeserver's settings, with all of their defaults. */
export const ConfigSchema = Type.Object(
  {
    ...OperatorSettings,
    server_name: Type.String({ minLength: 1, description: 'The part of ids after the colon. It can never change.' }),
    public_base_url: Type.Optional(Type.String({ description: 'Where clients reach the server, for .well-known.' })),
    database: Type.String({
      default: 'sqlite:pons-homeserver.db',
      description: 'sqlite:FILE, or postgres://… for larger hosts.',
    }),
    signing_key_file: Type.Optional(
      Type.String({
        description: 'Where the signing key is kept, made at the first start; in the database without it.',
      }),
    ),
    listeners: Type.Array(Listener, { default: [], description: 'Where to serve HTTP; none is fine in process.' }),
    appservice_http: Type.Object(
      {
        ca: Type.Optional(
          Type.String({
            description: 'Certificates, PEM text, that application services are trusted by, beside the usual ones.',
          }),
        ),
        allow_loopback: Type.Boolean({ default: true, description: 'Application services may live on this machine.' }),
      },
      { ...strict, default: {} },
    ),
    rate_limit: Type.Union([RateLimit, Type.Null()], {
      default: null,
      description:
        'Per user, for what writes; null for none. Application services with rate_limited: false are exempt.',
    }),
    media: Type.Object(
      {
        folder: Type.Optional(Type.String({ description: 'Where uploads are kept; beside the database by default.' })),
        max_upload_bytes: Type.Integer({ minimum: 1024, default: 104857600, description: 'Limit of one upload.' }),
        max_user_bytes: Type.Optional(
          Type.Integer({ minimum: 0, description: 'What one user may upload in all; 10 GiB unless given.' }),
        ),
        max_user_files: Type.Optional(
          Type.Integer({ minimum: 0, description: 'How many files that may be; 100,000 unless given.' }),
        ),
      },
      { ...strict, default: {} },
    ),
  },
  strict,
)

export type Config = Static<typeof ConfigSchema>

/** A whole configuration from the few settings that have no default. */
export function configWith(settings: Pick<Config, 'server_name'> & Partial<Config>): Config {
  return Value.Default(ConfigSchema, settings) as Config
}
