import { userIdOf } from '@pons/matrix'
import type { ServerName } from '@pons/matrix'

import { canMatch, idsOf, isFullyRead } from './overlap.ts'
import { compilePattern } from './pattern.ts'
import type { RegistrationProblem } from './registration-error.ts'
import { RegistrationSchema, namespaceKinds } from './registration.ts'
import type { Namespace, NamespaceKind, Registration } from './registration.ts'

const minTokenLength = 20

/** People and rooms that no bridge has business with: a pattern that takes one of them takes too much. */
const probeLocalparts = ['alice', 'bob', 'admin', 'x', 'zq7-outsider', 'jane.doe']

/**
 * What is allowed but probably not meant: patterns that reach beyond their bridge or match nothing, weak tokens, tokens
 * sent in the clear, keys nobody reads.
 */
export function lintRegistration(
  registration: Registration,
  { serverName }: { readonly serverName: ServerName },
): RegistrationProblem[] {
  return [
    ...unknownKeys(registration),
    ...tokenWarnings(registration),
    ...urlWarnings(registration.url),
    ...namespaceKinds.flatMap((kind) =>
      registration.namespaces[kind].flatMap((namespace, at) =>
        namespaceWarnings(registration, { kind, namespace, serverName }).map((message) => ({
          path: `namespaces.${kind}[${at}].regex`,
          message,
        })),
      ),
    ),
  ]
}

function unknownKeys(registration: Registration): RegistrationProblem[] {
  return Object.keys(registration)
    .filter((key) => !Object.hasOwn(RegistrationSchema.properties, key))
    .map((path) => ({ path, message: 'is not known here and has no effect' }))
}

function tokenWarnings({ as_token, hs_token }: Registration): RegistrationProblem[] {
  const warnings: RegistrationProblem[] = []
  if (as_token.length < minTokenLength) warnings.push({ path: 'as_token', message: 'is short enough to be guessed' })
  if (hs_token.length < minTokenLength) warnings.push({ path: 'hs_token', message: 'is short enough to be guessed' })
  if (as_token === hs_token) warnings.push({ path: 'hs_token', message: 'should differ from as_token' })
  return warnings
}

function urlWarnings(text: string | null): RegistrationProblem[] {
  if (text === null) return []
  const url = new URL(text)
  const isLocal = /^(?:localhost|127\.[0-9.]+|\[::1\])$/.test(url.hostname)
  if (url.protocol === 'https:' || isLocal) return []
  return [{ path: 'url', message: 'sends hs_token and all events unencrypted to another host' }]
}

interface Subject {
  readonly kind: NamespaceKind
  readonly namespace: Namespace
  readonly serverName: ServerName
}

function namespaceWarnings(registration: Registration, { kind, namespace, serverName }: Subject): string[] {
  const isPrefix = registration['pons.prefix_namespaces'] ?? false
  const pattern = compilePattern(namespace.regex, isPrefix)
  const warnings: string[] = []
  if (!canMatch(pattern, idsOf(kind, serverName))) {
    const hint = isPrefix ? '' : '; the whole id has to match, unless pons.prefix_namespaces is set'
    warnings.push(`can match none of the ${kind} of ${serverName}${hint}`)
  }
  const outsider = probesOf(kind, serverName).find((id) => pattern.test(id))
  if (outsider !== undefined) {
    const effect = namespace.exclusive ? 'nobody else can have it' : 'the service is told about all of them'
    warnings.push(`is too broad: it matches ${outsider}, and ${effect}`)
  }
  if (namespace.exclusive && !isFullyRead(namespace.regex)) {
    warnings.push('is written so that overlaps with other services may go unnoticed')
  }
  return warnings
}

function probesOf(kind: NamespaceKind, serverName: ServerName): string[] {
  const users = probeLocalparts.map((localpart): string => userIdOf(localpart, serverName))
  if (kind === 'users') return users
  const sigil = kind === 'aliases' ? '#' : '!'
  return users.map((userId) => sigil + userId.slice(1))
}
