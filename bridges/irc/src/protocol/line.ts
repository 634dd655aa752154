/** One parsed line from the server. */
export interface IrcLine {
  readonly tags: Readonly<Record<string, string>>
  /** `nick!user@host`, a server's name, or '' when the line carries none. */
  readonly source: string
  /** '' for lines by a server. */
  readonly nick: string
  readonly user: string
  readonly host: string
  /** Upper case, or three digits. */
  readonly command: string
  readonly params: readonly string[]
}

/** Characters that would end a line early or smuggle in a second one. */
const lineBreakers = /[\r\n\0]+/g

/** Makes any text fit to stand in a line: what could end the line becomes one space. */
export function oneLine(text: string): string {
  return text.replaceAll(lineBreakers, ' ')
}

/**
 * Writes a line. Nothing that is put in can end it or add a parameter: breaks are replaced everywhere, spaces and a
 * leading colon in all parameters but the last. The last is always sent with its colon, so it may be empty.
 */
export function formatLine(
  command: string,
  params: readonly string[],
  tags: Readonly<Record<string, string>> = {},
): string {
  const parts: string[] = []
  const tagText = Object.entries(tags).map(([key, value]) => `${key}=${escapeTagValue(value)}`)
  if (tagText.length > 0) parts.push(`@${tagText.join(';')}`)
  parts.push(middle(command))
  for (const [index, param] of params.entries()) {
    parts.push(index === params.length - 1 ? lastParam(param) : middle(param))
  }
  return parts.join(' ')
}

function lastParam(param: string): string {
  const clean = oneLine(param)
  return clean === '' || clean.includes(' ') || clean.startsWith(':') ? `:${clean}` : clean
}

function middle(param: string): string {
  const clean = oneLine(param).replaceAll(' ', '').replace(/^:+/, '')
  return clean === '' ? '*' : clean
}

const tagEscapes: Readonly<Record<string, string>> = {
  ';': '\\:',
  ' ': '\\s',
  '\\': '\\\\',
  '\r': '\\r',
  '\n': '\\n',
  '\0': '',
}

function escapeTagValue(value: string): string {
  return value.replaceAll(/[; \\\r\n\0]/g, (character) => tagEscapes[character] ?? '')
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}

/** The server's time of a line in milliseconds since 1970 (IRCv3 `time` tag); undefined when it gave none. */
export function serverTimeMs(line: IrcLine): number | undefined {
  const time = line.tags['time']
  const parsed = time === undefined ? Number.NaN : Date.parse(time)
  return Number.isNaN(parsed) ? undefined : parsed
}
