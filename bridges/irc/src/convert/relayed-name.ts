import { isBlank } from '@pons/core'
import { beginning, graphemesOf } from './graphemes.ts'

const longestName = 60
/** A line has to hold more than who says it. */
const longestNameBytes = 160
/**
 * Characters that turn the direction of a line, hide themselves or have no width: not for names. Those that join letters and
 * emoji, and make flags, are a part of what they join.
 */
const misleading = /(?!\u200c|\u200d|[\u{e0020}-\u{e007f}])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu
/** Look like what ends or begins a name in a line, and do not. */
const lookalikes = new Map([
  ['<', '‹'],
  ['>', '›'],
  ['[', '⁅'],
  [']', '⁆'],
  ['(', '❨'],
  [')', '❩'],
  [':', '꞉'],
])

/** A display name as it may stand in a line: no control characters, no breaks, nothing that turns the line, not endless. */
export function relayedName(name: string): string {
  const clean = name.replaceAll(misleading, '').replaceAll(/\s+/g, ' ').trim()
  const shown = beginning(clean, longestName, longestNameBytes).trim()
  return isBlank(shown) ? 'somebody' : shown
}

/**
 * What stands before and behind the text where a template with `{name}` and `{text}` tells who speaks. A name is no part of
 * the template, and cannot hold what ends it there: whoever calls themselves `x> yes` puts no words into x's mouth.
 */
export function aroundText(
  template: string,
  name: string,
  { isUnpingable }: { readonly isUnpingable: boolean },
): readonly [head: string, tail: string] {
  const ends = new Set([/(\S)\{name\}/.exec(template)?.[1], /\{name\}(\S)/.exec(template)?.[1]])
  const safe = Array.from(relayedName(name), (character) =>
    ends.has(character) && !/[\p{L}\p{N}]/u.test(character) ? (lookalikes.get(character) ?? '·') : character,
  ).join('')
  const shown = isUnpingable ? unpingable(safe) : safe
  const [before = '', ...behind] = template.split('{text}')
  const filled = (part: string): string => part.replaceAll('{name}', () => shown)
  return [filled(before), filled(behind.join(''))]
}

/** Parts the first two letters by a character nobody sees, so that the name highlights nobody. */
function unpingable(name: string): string {
  const [first = '', ...rest] = graphemesOf(name)
  return rest.length === 0 ? name : `${first}\u200b${rest.join('')}`
}
