import { RE2JS } from 're2js'

/** A namespace pattern compiled for an engine whose time is linear in the id, whatever the pattern. */
export interface Pattern {
  readonly regex: string
  readonly isPrefix: boolean
  readonly test: (id: string) => boolean
}

/** Why a pattern was refused, in words for the person who wrote it. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
}

/**
 * @param isPrefix true: the id has to start with a match; false: the whole id has to match, as `^(?:regex)$`
 * @throws PatternError
 */
export function compilePattern(regex: string, isPrefix: boolean): Pattern {
  const compiled = compile(regex)
  const test = isPrefix ? (id: string) => compiled.matcher(id).lookingAt() : (id: string) => compiled.matches(id)
  return { regex, isPrefix, test }
}

function compile(regex: string): RE2JS {
  try {
    return RE2JS.compile(regex)
  } catch (cause) {
    throw new PatternError(reasonFor(regex, cause), { cause })
  }
}

function reasonFor(regex: string, cause: unknown): string {
  if (/\(\?<?[=!]/.test(regex)) return 'look-around, (?=…) (?!…) (?<=…) (?<!…), cannot be matched in linear time'
  if (/\\[1-9]/.test(regex)) return 'back references such as \\1 cannot be matched in linear time'
  const detail = cause instanceof Error ? cause.message.replace(/^error parsing regexp: /, '') : String(cause)
  return `not a regular expression of the RE2 syntax: ${detail}`
}
