import { Type, type Static } from 'typebox'

const text = (description: string, defaultValue?: string) =>
  Type.String({ description, ...(defaultValue !== undefined && { default: defaultValue }) })
const optionalText = (description: string) => Type.Optional(Type.String({ description }))
const number = (description: string, defaultValue: number, minimum = 0) =>
  Type.Number({ description, default: defaultValue, minimum })
const flag = (description: string, defaultValue: boolean) => Type.Boolean({ description, default: defaultValue })

const strict = { additionalProperties: false } as const

const FloodConfig = Type.Object(
  {
    burst_lines: number('Lines that may leave at once', 8, 1),
    lines_per_second: number('Lines a second after that', 1, 0.01),
    burst_bytes: number('Bytes that may leave at once', 4096, 512),
    bytes_per_second: number('Bytes a second after that', 512, 1),
  },
  { ...strict, default: {}, description: 'What the network lets one connection send before it holds lines back' },
)

const SaslConfig = Type.Object(
  {
    mechanism: Type.Union([Type.Literal('PLAIN'), Type.Literal('EXTERNAL')], { default: 'PLAIN' }),
    account: optionalText('Account name; PLAIN only'),
    password: optionalText('Password; PLAIN only'),
  },
  { ...strict, description: 'How the relay logs in before it is let in' },
)

export const NetworkConfig = Type.Object(
  {
    address: text('Host name or address of the server'),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, description: '6697 with TLS, 6667 without' })),
    tls: Type.Union([Type.Literal('tls'), Type.Literal('tls-insecure'), Type.Literal('plain')], {
      default: 'tls',
      description: 'tls-insecure encrypts without checking who the server is',
    }),
    ca: optionalText('PEM of an authority to trust for this network in place of the system’s'),
    display_name: optionalText('Name for people; the key of the network when left out'),
    password: optionalText('Server password'),
    nick: optionalText('Nick of the relay on this network'),
    username: optionalText('User name (ident) of the relay'),
    real_name: optionalText('Real name of the relay'),
    sasl: Type.Optional(SaslConfig),
    client_certificate: Type.Optional(
      Type.Object({ certificate: text('PEM'), key: text('PEM') }, { ...strict, description: 'For SASL EXTERNAL' }),
    ),
    nickserv_password: optionalText('Told to NickServ after connecting, where SASL is not offered'),
    nickserv: text('Nick of the service that takes the password', 'NickServ'),
    channels: Type.Array(Type.String(), { default: [], description: 'Channels the relay joins at start' }),
    relay: flag('Speak through one shared connection for people who have no login', true),
    flood: FloodConfig,
  },
  { ...strict, default: {}, description: 'One IRC network' },
)
export type NetworkConfig = Static<typeof NetworkConfig>

export const IrcConfig = Type.Object(
  {
    networks: Type.Record(Type.String({ pattern: '^[a-z0-9-]{1,32}$' }), NetworkConfig, {
      default: {},
      description: 'By short name (a-z 0-9 -), which becomes part of user ids and aliases',
    }),
    add_networks: Type.Union([Type.Literal('admins'), Type.Literal('everybody')], {
      default: 'admins',
      description: 'Who may make the bridge connect to a network that is not in this list, by telling the bot',
    }),
    networks_per_user: Type.Integer({
      default: 5,
      minimum: 0,
      description: 'How many networks one person may add, where everybody may; others do not see them',
    }),
    networks_in_all: Type.Integer({
      default: 50,
      minimum: 0,
      description: 'With how many networks in all people other than administrators may still add one',
    }),
    connections_at_once: Type.Integer({
      default: 20,
      minimum: 1,
      description: 'How many connections are being made at the same time; others wait',
    }),
    relay_nick: text('Nick of the relay where a network does not name one', 'PonsBridge'),
    relay_message: text('How the relay says a message', '<{name}> {text}'),
    relay_emote: text('How the relay says an emote', '* {name} {text}'),
    relay_notice: text('How the relay says a notice', '<{name}> {text}'),
    avoid_pings: flag(
      'Put an invisible character into relayed names, so that nobody is highlighted by their own',
      false,
    ),
    say_reactions: flag('Say reactions in the channel', true),
    say_redactions: flag('Say in the channel that a message was deleted', true),
    quote_after_ms: number('A reply to a message older than this repeats a piece of it', 5 * 60_000),
    max_lines: Type.Integer({
      default: 5,
      minimum: 0,
      description: 'A message of more lines than this ends in a link to the whole of it; 0 says every line',
    }),
    quit_message: text('Said when the bridge stops', 'Bridge is restarting'),
    history_lines: Type.Integer({
      default: 0,
      minimum: 0,
      description: 'Lines of history (+H) the bridge sets on channels where it is an operator; 0 leaves them alone',
    }),
    max_pending_lines: Type.Integer({
      default: 1000,
      minimum: 10,
      description: 'Lines read from a connection and not yet stored, before it is paused',
    }),
    reconnect: Type.Object(
      {
        first_ms: number('Pause before the first try again', 1000, 1),
        longest_ms: number('Longest pause', 300_000, 1),
        throttled_ms: number('Least pause when a server says that we come too often', 30_000),
        refused_ms: number('Least pause after a ban or a refused login', 300_000),
        give_up_ms: number(
          'After so long without success, a network that was added by hand is not tried any more',
          86_400_000,
          1,
        ),
        stable_ms: number('A connection that lived so long makes the pauses short again', 60_000),
      },
      { ...strict, default: {}, description: 'Pauses before a lost connection is made again' },
    ),
    connect_timeout_ms: number('Longest wait for a server to let us in', 60_000, 1),
    ping_interval_ms: number('Silence after which the server is asked whether it is still there', 60_000, 1),
    ping_timeout_ms: number('Silence after which the connection is given up', 180_000, 1),
    regain_interval_ms: number('Pause between tries to get our own nick back', 60_000, 1),
    identify_wait_ms: number('Longest wait for NickServ before channels are joined', 5000),
    rejoin_ms: number('Pause before joining again after a kick', 10_000, 1),
    old_connection_wait_ms: number(
      'Longest wait for a lost connection of ours to leave the network, before history is judged',
      600_000,
    ),
  },
  { ...strict, default: {}, description: 'The IRC bridge' },
)
export type IrcConfig = Static<typeof IrcConfig>
