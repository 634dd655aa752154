import type { RoomAlias } from '@pons/matrix'

/** Whoever claims aliases: an application service. */
export interface AliasClaimant {
  readonly namespaces: { aliasMatch(alias: RoomAlias): unknown }
}

/** What names of rooms are claimed. */
export interface AliasClaims {
  exclusiveOwnerOfAlias(alias: RoomAlias): AliasClaimant | undefined
}

/** Lets those that claim an alias make its room now; true when one says that it exists. */
export interface AliasQueries {
  aliasExists(alias: RoomAlias): Promise<boolean>
}
