import { fold, parseCaseMapping, type CaseMapping } from './casemapping.ts'

interface PrefixMode {
  /** `o` */
  readonly mode: string
  /** `@` */
  readonly symbol: string
}

/** What a server said of itself in RPL_ISUPPORT (005), with the defaults of servers that say nothing. */
export interface ServerFeatures {
  readonly caseMapping: CaseMapping
  /** Highest rank first. */
  readonly prefixes: readonly PrefixMode[]
  readonly channelTypes: string
  /** Modes by kind of parameter: list, always, when set, never. */
  readonly channelModes: readonly [string, string, string, string]
  readonly nickLength: number
  /** Bytes of a channel's name; there are servers that cut longer ones, and join another channel. */
  readonly channelLength: number
  /** The most channels that one JOIN may name. */
  readonly joinTargets: number
  /** Bytes of a whole line, its end included. */
  readonly lineLength: number
  readonly topicLength: number
  readonly kickLength: number
  readonly networkName: string | undefined
  readonly hasMonitor: boolean
  /** The most messages one CHATHISTORY asks for; 0 when the server has none. */
  readonly historyLimit: number
  /** May CHATHISTORY name a message by its id? By its time it always may. */
  readonly hasHistoryByMessageId: boolean
  /** Does the server take that client-only tag away? */
  deniesTag(name: string): boolean
  fold(name: string): string
  isChannel(name: string): boolean
  /** The signs of ranks in front of a channel, where a line is for those of a rank alone (STATUSMSG); else ''. */
  statusOf(target: string): string
}

const defaultPrefixes: readonly PrefixMode[] = [
  { mode: 'o', symbol: '@' },
  { mode: 'v', symbol: '+' },
]

export function readFeatures(tokens: ReadonlyMap<string, string>): ServerFeatures {
  const caseMapping = parseCaseMapping(tokens.get('CASEMAPPING') ?? 'rfc1459')
  const channelTypes = tokens.get('CHANTYPES') ?? '#&'
  const prefixes = readPrefixes(tokens.get('PREFIX'))
  const isChannel = (name: string): boolean => name !== '' && channelTypes.includes(name.charAt(0))
  // Servers without the token send such lines, too.
  const statuses = (tokens.get('STATUSMSG') ?? '') + prefixes.map(({ symbol }) => symbol).join('')
  const modes = (tokens.get('CHANMODES') ?? 'b,k,l,imnpst').split(',')
  return {
    caseMapping,
    prefixes,
    channelTypes,
    channelModes: [modes[0] ?? '', modes[1] ?? '', modes[2] ?? '', modes[3] ?? ''],
    nickLength: count(tokens.get('NICKLEN') ?? tokens.get('MAXNICKLEN'), 30),
    channelLength: count(tokens.get('CHANNELLEN'), Infinity),
    joinTargets: targetsOf('JOIN', tokens),
    lineLength: Math.max(512, count(tokens.get('LINELEN'), 512)),
    topicLength: count(tokens.get('TOPICLEN'), 390),
    kickLength: count(tokens.get('KICKLEN'), 255),
    networkName: tokens.get('NETWORK'),
    hasMonitor: tokens.has('MONITOR'),
    historyLimit: count(tokens.get('CHATHISTORY') ?? tokens.get('DRAFT/CHATHISTORY'), 0),
    hasHistoryByMessageId: (tokens.get('MSGREFTYPES') ?? '').split(',').includes('msgid'),
    deniesTag: (name) => isDenied(name, (tokens.get('CLIENTTAGDENY') ?? '').split(',')),
    fold: (name) => fold(name, caseMapping),
    isChannel,
    statusOf: (target) => statusIn(target, statuses, isChannel),
  }
}

/** Adds the tokens of one 005 line (`NICKLEN=30 EXCEPTS -MONITOR`). */
export function addTokens(tokens: Map<string, string>, params: readonly string[]): void {
  for (const token of params) {
    const equals = token.indexOf('=')
    const name = (equals === -1 ? token : token.slice(0, equals)).toUpperCase()
    const value = equals === -1 ? '' : token.slice(equals + 1)
    if (name.startsWith('-')) tokens.delete(name.slice(1))
    else
      tokens.set(
        name,
        value.replaceAll(/\\x([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      )
  }
}

function readPrefixes(text: string | undefined): readonly PrefixMode[] {
  const match = /^\(([A-Za-z]*)\)(.*)$/.exec(text ?? '')
  // Said to be none; a form that is nobody's says nothing.
  if (!match) return text === '' ? [] : defaultPrefixes
  const symbols = match[2] ?? ''
  return Array.from(match[1] ?? '').map((mode, index) => ({ mode, symbol: symbols.charAt(index) }))
}

function count(text: string | undefined, otherwise: number): number {
  const value = Number(text)
  return text !== undefined && text !== '' && Number.isSafeInteger(value) && value > 0 ? value : otherwise
}

function statusIn(target: string, statuses: string, isChannel: (name: string) => boolean): string {
  let length = 0
  while (length < target.length && statuses.includes(target.charAt(length))) length++
  for (; length > 0; length--) if (isChannel(target.slice(length))) return target.slice(0, length)
  return ''
}

/** `TARGMAX=JOIN:4,PRIVMSG:4,WHOIS:`, with nothing behind the colon where there is no limit; older servers have one for all. */
function targetsOf(command: string, tokens: ReadonlyMap<string, string>): number {
  const limits = (tokens.get('TARGMAX') ?? '').split(',').map((limit) => limit.split(':'))
  const named = limits.find(([name = '']) => name.toUpperCase() === command)
  return count(named === undefined ? tokens.get('MAXTARGETS') : named[1], Infinity)
}

// `*,-draft/react`: all but those with a minus.
function isDenied(name: string, denied: readonly string[]): boolean {
  return denied.includes(name) || (denied.includes('*') && !denied.includes(`-${name}`))
}
