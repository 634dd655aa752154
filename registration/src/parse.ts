import { isHistoricalLocalpart, isJsonObject } from '@pons/matrix'
import { Compile } from 'typebox/compile'
import type { TValidationError } from 'typebox/error'
import { parseDocument } from 'yaml'

import { PatternError, compilePattern } from './pattern.ts'
import { RegistrationError } from './registration-error.ts'
import type { RegistrationProblem } from './registration-error.ts'
import { RegistrationSchema, namespaceKinds } from './registration.ts'
import type { Registration } from './registration.ts'

const maxTextLength = 1_000_000
const checker = Compile(RegistrationSchema)
// What a header value carries unchanged.
const tokenPattern = /^[\x21-\x7e]+$/

/**
 * Reads a registration file (YAML, so JSON too). Keys that are not known stay in the result, and `lintRegistration`
 * names them.
 *
 * @param source names the text in errors, usually the path of its file
 * @throws RegistrationError with every mistake
 */
export function parseRegistration(text: string, source: string): Registration {
  if (text.length > maxTextLength) fail(source, [{ path: '', message: `longer than ${maxTextLength} characters` }])
  return checkRegistration(readYaml(text, source), source)
}

/** Checks a registration that is an object already, as a live registration brings it. */
export function checkRegistration(given: unknown, source: string): Registration {
  const value = asWritten(given)
  const problems: RegistrationProblem[] = shapeProblems(value)
  if (isJsonObject(value)) problems.push(...meaningProblems(value))
  if (problems.length > 0) fail(source, problems)
  const registration = value as Omit<Registration, 'namespaces'> & { namespaces: Partial<Registration['namespaces']> }
  const { users = [], aliases = [], rooms = [] } = registration.namespaces
  return { ...registration, namespaces: { users, aliases, rooms } }
}

/** A key without a value says nothing; an empty `url`, as some bridges write for none, is none. */
function asWritten(value: unknown): unknown {
  if (!isJsonObject(value)) return value
  const { url, namespaces, ...others } = value
  const kinds = isJsonObject(namespaces) ? Object.entries(namespaces).filter(([, list]) => list !== null) : undefined
  return {
    ...Object.fromEntries(Object.entries(others).filter(([, member]) => member !== null)),
    ...('url' in value && { url: url === '' ? null : url }),
    ...('namespaces' in value && { namespaces: kinds ? Object.fromEntries(kinds) : (namespaces ?? {}) }),
  }
}

function readYaml(text: string, source: string): unknown {
  const document = parseDocument(text, { prettyErrors: true, logLevel: 'silent' })
  if (document.errors.length > 0) {
    // The first line says what and where; the others quote the text, where the tokens are.
    const problems = document.errors.map(({ message }) => ({ path: '', message: message.split('\n')[0] ?? '' }))
    fail(source, problems)
  }
  try {
    return document.toJS({ maxAliasCount: 50 })
  } catch {
    return fail(source, [{ path: '', message: 'too many YAML aliases' }])
  }
}

function shapeProblems(value: unknown): RegistrationProblem[] {
  return checker.Errors(value).flatMap((error) => {
    const path = toPath(error.instancePath)
    if (error.keyword !== 'required') return [{ path, message: shapeMessage(error) }]
    return error.params.requiredProperties.map((name) => ({ path: joinPath(path, name), message: missing(name) }))
  })
}

function missing(name: string): string {
  return name === 'url' ? 'is missing; write null when nothing is to be pushed' : 'is missing'
}

function shapeMessage(error: TValidationError & { message: string }): string {
  switch (error.keyword) {
    case 'type':
      return `must be ${[error.params.type].flat().join(' or ')}`
    case 'minLength':
      return 'must not be empty'
    default:
      return error.message
  }
}

/** What a schema cannot say; looks only at members that have the right type. */
function meaningProblems(value: Record<string, unknown>): RegistrationProblem[] {
  const { url, sender_localpart: localpart } = value
  const problems: RegistrationProblem[] = []
  if (typeof url === 'string') problems.push(...urlProblems(url))
  if (typeof localpart === 'string' && localpart !== '' && !isHistoricalLocalpart(localpart)) {
    problems.push({ path: 'sender_localpart', message: 'may hold only printable ASCII without blanks and colons' })
  }
  for (const name of ['as_token', 'hs_token']) {
    const token = value[name]
    if (typeof token === 'string' && token !== '' && !tokenPattern.test(token)) {
      problems.push({ path: name, message: 'may hold only printable ASCII without blanks' })
    }
  }
  return [...problems, ...namespaceProblems(value)]
}

function urlProblems(text: string): RegistrationProblem[] {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    return [{ path: 'url', message: 'must be an http or https URL, or null when nothing is to be pushed' }]
  }
  const isPlain = url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  return isPlain ? [] : [{ path: 'url', message: 'must have no query, fragment or password' }]
}

function namespaceProblems(value: Record<string, unknown>): RegistrationProblem[] {
  const { namespaces } = value
  if (!isJsonObject(namespaces)) return []
  return namespaceKinds.flatMap((kind) => {
    const list: unknown = namespaces[kind]
    if (!Array.isArray(list)) return []
    return list.flatMap((entry: unknown, at) => {
      const regex: unknown = isJsonObject(entry) ? entry['regex'] : undefined
      const message = typeof regex === 'string' && regex !== '' ? patternProblem(regex) : undefined
      return message === undefined ? [] : [{ path: `namespaces.${kind}[${at}].regex`, message }]
    })
  })
}

function patternProblem(regex: string): string | undefined {
  try {
    compilePattern(regex, false)
    return undefined
  } catch (error) {
    if (error instanceof PatternError) return error.message
    throw error
  }
}

/** `/namespaces/users/0/regex` -> `namespaces.users[0].regex` */
function toPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : joinPath(path, part)), '')
}

function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function fail(source: string, problems: readonly RegistrationProblem[]): never {
  throw new RegistrationError(source, problems)
}
