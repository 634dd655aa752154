import type { Database, Queryable } from '@pons/database'
import type { Aliases } from '../identity/aliases.ts'
import { serverNameOf, localpartOf, userIdOf, type ServerName, type UserId } from '@pons/matrix'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import type { RemoteAvatar, RemoteUser } from '../network/chat.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { RemoteUserId } from '../network/ids.ts'
import { uploadAvatar } from '../matrix-side/upload-avatar.ts'
import { GhostStore, type GhostRecord } from '../storage/ghost-store.ts'
import { shownName } from '../text/shown-name.ts'

export interface GhostsOptions {
  readonly db: Database
  readonly api: MatrixApi
  readonly connector: NetworkConnector
  readonly serverName: ServerName
  readonly aliases: Aliases
}

const maxCached = 20_000

/** Remote people as Matrix users. A ghost's user id is a function of the remote id, so making one twice is harmless. */
export class Ghosts {
  readonly #options: GhostsOptions
  readonly #store: GhostStore
  readonly #known = new Map<RemoteUserId, GhostRecord>()
  readonly #making = new Map<RemoteUserId, Promise<UserId>>()

  constructor(options: GhostsOptions) {
    this.#options = options
    this.#store = new GhostStore(options.db, options.connector.info.id)
  }

  /** The person's ghost, whichever of their ids is given. */
  userIdOf(user: RemoteUserId): UserId {
    return this.ownUserIdOf(this.#options.aliases.resolve('user', user))
  }

  /** The ghost that was made for exactly this id. */
  ownUserIdOf(user: RemoteUserId): UserId {
    const { connector, serverName } = this.#options
    return userIdOf(connector.info.ghostPrefix + connector.ghostSuffix(user), serverName)
  }

  async exists(user: RemoteUserId, on: Queryable): Promise<boolean> {
    return (await this.#store.find(user, on)) !== undefined
  }

  /** The remote person behind a user id; undefined for anybody who is not a ghost of this network. */
  remoteUserOf(userId: UserId): RemoteUserId | undefined {
    const { connector, serverName } = this.#options
    const localpart = localpartOf(userId)
    if (serverNameOf(userId) !== serverName || !localpart.startsWith(connector.info.ghostPrefix)) return undefined
    return connector.userOfGhost(localpart.slice(connector.info.ghostPrefix.length))
  }

  isGhost(userId: UserId): boolean {
    return this.remoteUserOf(userId) !== undefined
  }

  /** Registers the ghost if it is new and brings its profile up to date. */
  async ensure(person: RemoteUser): Promise<UserId> {
    const user = { ...withShownNames(person), id: this.#options.aliases.resolve('user', person.id) }
    const known = this.#known.get(user.id)
    if (known !== undefined && !isProfileStale(known, user)) return this.userIdOf(user.id)
    const before = this.#making.get(user.id)
    const making = (async () => {
      await before?.catch(() => undefined)
      return await this.#make(user)
    })()
    this.#making.set(user.id, making)
    try {
      return await making
    } finally {
      if (this.#making.get(user.id) === making) this.#making.delete(user.id)
    }
  }

  async #make(user: RemoteUser): Promise<UserId> {
    const { api, db } = this.#options
    const userId = this.userIdOf(user.id)
    const stored = await this.#store.find(user.id)
    if (stored === undefined) await api.register(localpartOf(userId))
    const applied = await this.#applyProfile(userId, stored ?? {}, user)
    if (stored === undefined || applied !== stored) await db.transaction((tx) => this.#store.put(tx, user.id, applied))
    if (this.#known.size >= maxCached) this.#known.clear()
    this.#known.set(user.id, applied)
    return userId
  }

  async #applyProfile(userId: UserId, current: GhostRecord, user: RemoteUser): Promise<GhostRecord> {
    const { api, connector } = this.#options
    let applied = current
    const name = nameToShow(user, current)
    if (name !== undefined && name !== current.name) {
      await api.setProfile(userId, 'displayname', name)
      applied = { ...applied, name }
    }
    const { avatar } = user
    if (avatar === null && current.avatarId !== undefined) {
      // Empty is how a picture is taken away (spec, "Profiles").
      await api.setProfile(userId, 'avatar_url', '')
      const { avatarId: _gone, ...rest } = applied
      applied = rest
    }
    if (isAnother(avatar, current) && connector.handlers.media !== undefined) {
      // A face that cannot be fetched must not hold up what its owner says.
      const url = await uploadAvatar(this.#options, avatar)
      if (url !== undefined) await api.setProfile(userId, 'avatar_url', url)
      applied = { ...applied, avatarId: avatar.id }
    }
    return applied
  }
}

/** A name that nobody would see is none: what is known stays. */
function withShownNames({ name, stopgapName, ...rest }: RemoteUser): RemoteUser {
  const [shown, stopgap] = [shownName(name ?? ''), shownName(stopgapName ?? '')]
  return { ...rest, ...(shown !== '' && { name: shown }), ...(stopgap !== '' && { stopgapName: stopgap }) }
}

function nameToShow({ name, stopgapName }: RemoteUser, { name: shown }: GhostRecord): string | undefined {
  return name ?? (shown === undefined ? stopgapName : undefined)
}

function isProfileStale(known: GhostRecord, user: RemoteUser): boolean {
  const { avatar } = user
  const name = nameToShow(user, known)
  const isGone = avatar === null && known.avatarId !== undefined
  return (name !== undefined && name !== known.name) || isGone || isAnother(avatar, known)
}

function isAnother(avatar: RemoteUser['avatar'], { avatarId }: GhostRecord): avatar is RemoteAvatar {
  return avatar !== undefined && avatar !== null && avatar.id !== avatarId
}
