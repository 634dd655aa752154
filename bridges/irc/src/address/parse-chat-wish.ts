import { isChannelName } from '../ids.ts'

/** Where a person wants to go, as they typed it. */
export interface ChatWish {
  /** A network's name, or an address. */
  readonly network: string | undefined
  /** A channel or a nick. */
  readonly name: string
  readonly key: string | undefined
}

/**
 * Reads `#channel`, `libera/#channel`, `libera #channel`, `irc.example.org:6667/#channel`, `nick` and `libera nick`; a
 * word after a channel is its key.
 */
export function parseChatWish(identifier: string): ChatWish {
  const words = identifier
    .trim()
    .replace(/^ircs?:\/\/(?=.)/i, (scheme) => scheme.toLowerCase())
    .split(/\s+/)
  const [first = '', second, third] = words
  const slash = /^((?:ircs?:\/\/)?[^/#&]+)\/(.+)$/.exec(first)
  const [, network = '', target = ''] = slash ?? []
  if (slash && /^ircs?:/.test(network)) return wishOfUrl(network, target, second)
  if (slash) return { network, name: target, key: second }
  if (isChannelName(first)) return { network: undefined, name: first, key: second }
  if (second !== undefined) return { network: first, name: second, key: third }
  return { network: undefined, name: first, key: undefined }
}

/**
 * `irc://host/channel`, whose sign may be left out or escaped, with flags behind commas and a key behind a question mark
 * (draft-butcher-irc-url-04).
 */
function wishOfUrl(network: string, target: string, said: string | undefined): ChatWish {
  const [, entity = '', flags = '', query = ''] = /^([^,?]*)((?:,[^?]*)?)(?:\?(.*))?$/.exec(target) ?? []
  const name = unescaped(entity)
  const key = said ?? unescaped(query.replace(/^key=/, ''))
  const isNick = /,is(?:nick|user)(?:,|$)/.test(flags)
  return { network, name: isNick || isChannelName(name) ? name : `#${name}`, key: key === '' ? undefined : key }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
