import { randomBytes } from 'node:crypto'

import { stringify } from 'yaml'

import { checkRegistration } from './parse.ts'
import type { Namespace, Registration } from './registration.ts'

export interface GenerateOptions {
  readonly id: string
  /** Undefined or null: nothing is pushed over HTTP. */
  readonly url?: string | null
  readonly senderLocalpart: string
  readonly users?: readonly Namespace[]
  readonly aliases?: readonly Namespace[]
  readonly rooms?: readonly Namespace[]
  /** Default false: a bridge speaks for many. */
  readonly isRateLimited?: boolean
  readonly protocols?: readonly string[]
  /** Typing, receipts and presence; written under the old name too, for servers before 1.13. Default true. */
  readonly receivesEphemeral?: boolean
  /** Devices of its users are made and removed without a login (MSC4190). Default false. */
  readonly managesDevices?: boolean
  /** Adds what end-to-end encryption needs (MSC3202, MSC4190). Default false. */
  readonly hasEncryption?: boolean
}

/** Makes a registration with fresh tokens of 256 bits. @throws RegistrationError */
export function generateRegistration(options: GenerateOptions): Registration {
  const { users = [], aliases = [], rooms = [], receivesEphemeral = true } = options
  const registration: Registration = {
    id: options.id,
    url: options.url ?? null,
    as_token: newToken(),
    hs_token: newToken(),
    sender_localpart: options.senderLocalpart,
    rate_limited: options.isRateLimited ?? false,
    namespaces: { users: [...users], aliases: [...aliases], rooms: [...rooms] },
    ...(options.protocols && { protocols: [...options.protocols] }),
    ...(receivesEphemeral && { receive_ephemeral: true, 'de.sorunome.msc2409.push_ephemeral': true }),
    ...(options.hasEncryption && { 'org.matrix.msc3202': true }),
    ...((options.hasEncryption || options.managesDevices) && { 'io.element.msc4190': true }),
  }
  return checkRegistration(registration, options.id)
}

/** The YAML of a registration file; `parseRegistration` reads it back as it was. */
export function renderRegistration(registration: Registration): string {
  return stringify(registration, { lineWidth: 0, aliasDuplicateObjects: false })
}

function newToken(): string {
  return randomBytes(32).toString('base64url')
}
