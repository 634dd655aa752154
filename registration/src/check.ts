import { userIdOf } from '@pons/matrix'
import type { ServerName } from '@pons/matrix'

import { commonId, exactly, idsOf } from './overlap.ts'
import { compilePattern } from './pattern.ts'
import type { Pattern } from './pattern.ts'
import { RegistrationError } from './registration-error.ts'
import type { RegistrationProblem } from './registration-error.ts'
import { namespaceKinds } from './registration.ts'
import type { NamespaceKind, Registration } from './registration.ts'

export interface CheckOptions {
  /** Confines user patterns to this server's users, as matching does, and takes the senders' own ids into account. */
  readonly serverName?: ServerName
}

interface Claim {
  readonly registration: Registration
  readonly kind: NamespaceKind
  readonly path: string
  readonly pattern: Pattern
}

/**
 * Refuses a set of registrations that cannot live on one server: the same id or token twice, the same sender twice, or
 * an id that two of them would claim exclusively. See `commonId` for what is certain about the last.
 *
 * @throws RegistrationError with every problem; paths start with the registration's id
 */
export function checkRegistrations(registrations: readonly Registration[], options: CheckOptions = {}): void {
  const problems = [
    ...duplicates(registrations, 'id'),
    ...duplicates(registrations, 'as_token'),
    ...duplicates(registrations, 'hs_token'),
    ...duplicates(registrations, 'sender_localpart'),
    ...overlaps(registrations, options.serverName),
  ]
  if (problems.length > 0) throw new RegistrationError('registrations', problems)
}

function duplicates(
  registrations: readonly Registration[],
  key: 'id' | 'as_token' | 'hs_token' | 'sender_localpart',
): RegistrationProblem[] {
  const firstBy = new Map<string, Registration>()
  return registrations.flatMap((registration) => {
    const first = firstBy.get(registration[key])
    if (first === undefined) firstBy.set(registration[key], registration)
    // The value may be a token, so it is not quoted.
    return first === undefined ? [] : [{ path: `${registration.id}.${key}`, message: `is that of ${first.id} too` }]
  })
}

function overlaps(registrations: readonly Registration[], serverName: ServerName | undefined): RegistrationProblem[] {
  return namespaceKinds.flatMap((kind) => {
    const ids = idsOf(kind, serverName)
    const claims = registrations.flatMap((registration) => claimsOf(registration, kind, serverName))
    return claims.flatMap((claim, at) =>
      claims.slice(at + 1).flatMap((other) => {
        if (claim.registration === other.registration) return []
        const id = commonId(claim.pattern, other.pattern, ids)
        if (id === undefined) return []
        const remedy = other.path.endsWith('.regex')
          ? `narrow one of the two patterns, or set exclusive: false beside it`
          : `choose another sender_localpart, or narrow that pattern`
        return [{ path: other.path, message: `claims ${id} exclusively, and so does ${claim.path}; ${remedy}` }]
      }),
    )
  })
}

function claimsOf(registration: Registration, kind: NamespaceKind, serverName: ServerName | undefined): Claim[] {
  const isPrefix = registration['pons.prefix_namespaces'] ?? false
  const claims = registration.namespaces[kind].flatMap(({ regex, exclusive }, at): Claim[] => {
    const path = `${registration.id}.namespaces.${kind}[${at}].regex`
    return exclusive ? [{ registration, kind, path, pattern: compilePattern(regex, isPrefix) }] : []
  })
  if (kind !== 'users' || serverName === undefined) return claims
  const sender = exactly(userIdOf(registration.sender_localpart, serverName))
  return [...claims, { registration, kind, path: `${registration.id}.sender_localpart`, pattern: sender }]
}
