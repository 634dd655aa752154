import { Api } from 'telegram'
import type { PeerKey } from './peer-key.ts'

/** What must be known of a peer to speak of it: the hash that the server gave this account, and how it is called. */
export interface PeerRecord {
  readonly hash: string
  readonly name: string
  /** No name was said, and none was known: this one is made of an id. */
  readonly isNameless?: boolean
  /** As the account's owner has noted them: Telegram says it in place of their own name. */
  readonly contactName?: string
  readonly username?: string
  /** Parted by spaces: more than one may lead to a person (core.telegram.org/constructor/username). */
  readonly furtherUsernames?: string
  readonly phone?: string
  readonly isBroadcast?: boolean
  /** The account knows the channel without being in it. */
  readonly isLeft?: boolean
  /** Changes exactly when the picture changes; null where it is said that there is none, undefined where nothing is. */
  readonly photoId?: string | null
  readonly photoDc?: number
  /** This account has seen a picture, the present one or an earlier one. */
  readonly hasShownPhoto?: boolean
}

/**
 * What an object says of a peer; undefined for one that says too little to be believed. Entities marked `min`, and those of
 * chats that are closed to the account, have a part of their fields, and hashes that serve for nothing.
 */
export function recordOf(entity: unknown): { peer: PeerKey; record: PeerRecord } | undefined {
  if (entity instanceof Api.User) return userRecord(entity)
  if (entity instanceof Api.Chat) {
    return { peer: `g${entity.id.toString()}`, record: { hash: '0', name: entity.title, ...photoOf(entity.photo) } }
  }
  if (!(entity instanceof Api.Channel) || entity.min === true || entity.accessHash === undefined) return undefined
  const { id, accessHash, title, username, broadcast, left, photo } = entity
  const record = {
    hash: accessHash.toString(),
    name: title,
    ...(username !== undefined && { username }),
    ...(broadcast === true && { isBroadcast: true }),
    ...(left === true && { isLeft: true }),
    ...photoOf(photo),
  }
  return { peer: `c${id.toString()}`, record }
}

function userRecord(user: Api.User): { peer: PeerKey; record: PeerRecord } | undefined {
  const { id, accessHash, firstName, lastName, phone, photo } = user
  if (user.min === true || accessHash === undefined) return undefined
  const [username, ...furtherUsernames] = usernamesOf(user)
  const said = [firstName, lastName].filter((part) => part !== undefined && part !== '').join(' ')
  const isNoted = user.contact === true && said !== ''
  const own = isNoted ? '' : said
  const name = own === '' && user.deleted === true ? 'Deleted account' : own
  const record = {
    hash: accessHash.toString(),
    name: name === '' ? (username ?? `User ${id.toString()}`) : name,
    ...(name === '' && { isNameless: true }),
    ...(isNoted && { contactName: said }),
    ...(username !== undefined && { username }),
    ...(furtherUsernames.length > 0 && { furtherUsernames: furtherUsernames.join(' ') }),
    ...(phone !== undefined && { phone }),
    // The object of somebody without a picture, or with none for this account, has no such field.
    ...(photo === undefined ? { photoId: null } : photoOf(photo)),
  }
  return { peer: `u${id.toString()}`, record }
}

/** A user with several has them in a list of their own, and nothing in the field for one. */
function usernamesOf({ username, usernames = [] }: Api.User): string[] {
  const active = usernames.flatMap((one) => (one instanceof Api.Username && one.active === true ? [one.username] : []))
  return [...new Set([...(username === undefined ? [] : [username]), ...active])]
}

/** By which a person is found, as they are compared. */
export function usernamesIn({ username = '', furtherUsernames = '' }: PeerRecord): readonly string[] {
  return `${username} ${furtherUsernames}`
    .toLowerCase()
    .split(' ')
    .filter((name) => name !== '')
}

function photoOf(photo: unknown): Pick<PeerRecord, 'photoId' | 'photoDc' | 'hasShownPhoto'> {
  if (photo instanceof Api.UserProfilePhoto || photo instanceof Api.ChatPhoto) {
    return { photoId: photo.photoId.toString(), photoDc: photo.dcId, hasShownPhoto: true }
  }
  if (photo instanceof Api.UserProfilePhotoEmpty || photo instanceof Api.ChatPhotoEmpty) return { photoId: null }
  return {}
}

/** What is said now, with what was known before of which it says nothing. */
export function withEarlier(now: PeerRecord, before: PeerRecord): PeerRecord {
  const { photoId, photoDc } = before
  const hadPhoto = before.hasShownPhoto === true || typeof photoId === 'string'
  const named = nameOf(now, before)
  return {
    ...named,
    ...(now.photoId === undefined && photoId !== undefined && { photoId, ...(photoDc !== undefined && { photoDc }) }),
    ...(hadPhoto && { hasShownPhoto: true }),
  }
}

function nameOf(now: PeerRecord, before: PeerRecord): PeerRecord {
  if (now.isNameless !== true || before.isNameless === true) return now
  // An earlier version took what the owner had noted for the name.
  if (now.contactName === before.name) return now
  const { isNameless: _stopgap, ...rest } = now
  return { ...rest, name: before.name }
}
