/** One line of the IRC protocol, parsed independently of the library the bridge uses. */
export interface IrcTestLine {
  readonly raw: string
  readonly tags: ReadonlyMap<string, string>
  /** `nick!user@host` or a server name; '' when absent. */
  readonly source: string
  readonly nick: string
  readonly command: string
  readonly params: readonly string[]
}

export function parseTestLine(raw: string): IrcTestLine {
  let rest = raw
  let tags = new Map<string, string>()
  if (rest.startsWith('@')) {
    const [head, tail] = cut(rest.slice(1))
    tags = parseTags(head)
    rest = tail
  }
  let source = ''
  if (rest.startsWith(':')) {
    const [head, tail] = cut(rest.slice(1))
    source = head
    rest = tail
  }
  const params: string[] = []
  while (rest !== '') {
    if (params.length > 0 && rest.startsWith(':')) {
      params.push(rest.slice(1))
      break
    }
    const [head, tail] = cut(rest)
    params.push(head)
    rest = tail
  }
  const command = params.shift() ?? ''
  return { raw, tags, source, nick: source.split('!')[0] ?? '', command: command.toUpperCase(), params }
}

function cut(text: string): [string, string] {
  const space = text.indexOf(' ')
  return space === -1 ? [text, ''] : [text.slice(0, space), text.slice(space + 1).replace(/^ +/, '')]
}

function parseTags(text: string): Map<string, string> {
  const values: Record<string, string> = { ':': ';', s: ' ', '\\': '\\', r: '\r', n: '\n' }
  return new Map(
    text.split(';').map((pair) => {
      const equals = pair.indexOf('=')
      if (equals === -1) return [pair, '']
      const value = pair.slice(equals + 1).replaceAll(/\\(.?)/g, (_, escaped: string) => values[escaped] ?? escaped)
      return [pair.slice(0, equals), value]
    }),
  )
}
