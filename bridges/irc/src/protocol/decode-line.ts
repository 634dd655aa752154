const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const latin = new TextDecoder('windows-1252')

/** Stand for the bytes 0x80 to 0xff of names that are not UTF-8: the name can be sent back as it is, and is nobody else's. */
const firstStandIn = 0xf7_80
const standIns = /[\uF780-\uF7FF]/
const runsOfStandIns = /[\uF780-\uF7FF]+/g

/** With these the last word is a name, too, or has to come back as it was. */
const endsWithName: ReadonlySet<string> = new Set('JOIN NICK MODE INVITE PONG CAP BATCH 324 353'.split(' '))
/** And with these the only one is text. */
const isTextAlone: ReadonlySet<string> = new Set('QUIT ERROR AWAY WALLOPS'.split(' '))

/**
 * UTF-8, and where a part of the line is not, the encoding that old clients write: each part by itself, for who speaks, where
 * and what may come from three programs. Text becomes readable, names stay distinct (see `legible`).
 */
export function decodeLine(bytes: Uint8Array): string {
  const text = wholly(bytes) ?? decodeParts(bytes)
  return text.replaceAll('\0', '').replace(/\r+$/, '')
}

/** What `decodeLine` made of a line, or of a name in it, as the bytes that it was made of. */
export function encodeLine(text: string): Uint8Array {
  if (!standIns.test(text)) return Buffer.from(text, 'utf8')
  const parts = text.split(/([\uF780-\uF7FF]+)/)
  return Buffer.concat(
    parts.map((part) => (standIns.test(part) ? Buffer.from(bytesOf(part)) : Buffer.from(part, 'utf8'))),
  )
}

/** A name as people read it. */
export function legible(name: string): string {
  return name.replaceAll(runsOfStandIns, (run) => latin.decode(bytesOf(run)))
}

/** Text that people write stands for no bytes. */
export function withoutStandIns(text: string): string {
  return text.replaceAll(runsOfStandIns, '\uFFFD')
}

/** undefined for what is not UTF-8, or looks like what stands in for such. */
function wholly(bytes: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(bytes)
    return standIns.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

function decodeParts(bytes: Uint8Array): string {
  const raw = Buffer.from(bytes).toString('latin1').replace(/\r+$/, '')
  // Tags, source, command and parameters, as far as they are single words; the last parameter may hold spaces.
  const [, tagsAndSource = '', command = '', rest = ''] = /^((?:@[^ ]* +)?(?::[^ ]* +)?)([^ ]*)(.*)$/s.exec(raw) ?? []
  const colon = rest.indexOf(' :')
  const words = colon === -1 ? rest : rest.slice(0, colon)
  const head = words.replace(/ +$/, '').lastIndexOf(' ')
  const [middle, last] =
    colon === -1 && head !== -1 ? [words.slice(0, head), words.slice(head)] : [words, rest.slice(words.length)]
  const name = command.toUpperCase()
  const isAlone = /^ *$/.test(middle)
  const isText = isAlone ? isTextAlone.has(name) : !endsWithName.has(name)
  return namesIn(tagsAndSource + command + middle) + (isText ? textOf(last) : namesIn(last))
}

function namesIn(raw: string): string {
  return raw
    .split(' ')
    .map((part) => nameOf(Buffer.from(part, 'latin1')))
    .join(' ')
}

function nameOf(bytes: Uint8Array): string {
  return wholly(bytes) ?? [...bytes].map(characterOf).join('')
}

function characterOf(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : firstStandIn + byte - 0x80)
}

function bytesOf(run: string): Uint8Array {
  return Uint8Array.from(run, (character) => character.charCodeAt(0) - firstStandIn + 0x80)
}

function textOf(raw: string): string {
  const bytes = Buffer.from(raw, 'latin1')
  try {
    return utf8.decode(bytes)
  } catch {
    return latin.decode(bytes)
  }
}
