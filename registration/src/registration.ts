import { Type } from 'typebox'
import type { Static } from 'typebox'

export const namespaceKinds = ['users', 'aliases', 'rooms'] as const
export type NamespaceKind = (typeof namespaceKinds)[number]

const NamespaceSchema = Type.Object({
  regex: Type.String({ minLength: 1, maxLength: 1000 }),
  exclusive: Type.Boolean(),
})
const NamespaceListSchema = Type.Optional(Type.Array(NamespaceSchema, { maxItems: 1000 }))

/** The file as it may be written: https://spec.matrix.org/v1.19/application-service-api/#registration */
export const RegistrationSchema = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 255 }),
  /** Where transactions go; null when nothing is to be pushed. */
  url: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  as_token: Type.String({ minLength: 1, maxLength: 4096 }),
  hs_token: Type.String({ minLength: 1, maxLength: 4096 }),
  sender_localpart: Type.String({ minLength: 1, maxLength: 255 }),
  namespaces: Type.Object({
    users: NamespaceListSchema,
    aliases: NamespaceListSchema,
    rooms: NamespaceListSchema,
  }),
  rate_limited: Type.Optional(Type.Boolean()),
  protocols: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
  receive_ephemeral: Type.Optional(Type.Boolean()),
  /** The name of `receive_ephemeral` before version 1.13. */
  'de.sorunome.msc2409.push_ephemeral': Type.Optional(Type.Boolean()),
  /** Device lists, one-time key counts and fallback key types in transactions. */
  'org.matrix.msc3202': Type.Optional(Type.Boolean()),
  /** Devices are created and deleted by masquerading, without a login. */
  'io.element.msc4190': Type.Optional(Type.Boolean()),
  /** Ours: patterns match from the start of an id only, as Synapse reads them, not the whole id. */
  'pons.prefix_namespaces': Type.Optional(Type.Boolean()),
})

/** One pattern of ids. */
export type Namespace = Static<typeof NamespaceSchema>

/** A checked registration under its wire names; the three namespace lists are always there. */
export type Registration = Omit<Static<typeof RegistrationSchema>, 'namespaces'> & {
  namespaces: Record<NamespaceKind, Namespace[]>
}

/** Whether typing, receipts and presence are pushed, under either name of the switch. */
export function receivesEphemeral(registration: Registration): boolean {
  return registration.receive_ephemeral ?? registration['de.sorunome.msc2409.push_ephemeral'] ?? false
}
