import { AppserviceExtras } from './devices/appservice-extras.ts'
import { CrossSigning } from './devices/cross-signing.ts'
import { DeviceKeys } from './devices/device-keys.ts'
import { DeviceLists } from './devices/device-lists.ts'
import { KeyBackup } from './devices/key-backup.ts'
import { ToDevice } from './devices/to-device.ts'
import { EphemeralDelivery } from './ephemeral/delivery.ts'
import { Presence } from './ephemeral/presence.ts'
import { Receipts } from './ephemeral/receipts.ts'
import { Typing } from './ephemeral/typing.ts'
import type { UserId } from '@pons/matrix'
import { Media, type MediaQuota } from './media/media.ts'
import { Notifications } from './push/notifications.ts'
import { PushRules } from './push/push-rules.ts'
import { Pushers } from './push/pushers.ts'
import type { CoreServices } from './core-services.ts'
import { DeviceKeyStore } from './storage/device-key-store.ts'
import { Stream } from './sync/stream.ts'
import { AccountData } from './users/account-data.ts'
import { CarryOver } from './users/carry-over.ts'
import { IGNORED_USERS, ignoredIn, IgnoredUsers } from './users/ignored-users.ts'
import { InteractiveAuth } from './users/interactive-auth.ts'
import { OpenIdTokens } from './users/openid-tokens.ts'
import { Profiles } from './users/profiles.ts'
import { RegistrationNonces } from './users/registration-nonces.ts'
import { UserSearch } from './users/user-search.ts'

/** Services of users, devices, media, ephemeral data and push. */
export interface UserServices extends DeviceServices, AsyncDisposable {
  readonly interactiveAuth: InteractiveAuth
  readonly registrationNonces: RegistrationNonces
  readonly profiles: Profiles
  readonly accountData: AccountData
  readonly carryOver: CarryOver
  readonly typing: Typing
  readonly receipts: Receipts
  readonly presence: Presence
  readonly userSearch: UserSearch
  readonly openIdTokens: OpenIdTokens
  readonly pushRules: PushRules
  readonly pushers: Pushers
  readonly notifications: Notifications
  readonly media: Media
}

/** End-to-end encryption, as far as a server has a part in it. */
interface DeviceServices {
  readonly deviceKeys: DeviceKeys
  readonly deviceLists: DeviceLists
  readonly crossSigning: CrossSigning
  readonly toDevice: ToDevice
  readonly keyBackup: KeyBackup
}

/** Builds them over the core, and plugs them into it. */
export async function buildUserServices(core: CoreServices): Promise<UserServices> {
  const { database, config, serverName, clock, notifier, rooms, stores, sync } = core
  const profiles = new Profiles(database)
  core.memberships.useProfiles((userId) => profiles.memberFields(userId))
  const accountData = new AccountData(database, notifier, await Stream.open(database, 'account_data'))
  const ignoredUsers = new IgnoredUsers(accountData)
  core.reader.useIgnored((userId) => ignoredUsers.of(userId))
  const delivery = new EphemeralDelivery(database, core.appservices, core.logger.child({ component: 'ephemeral' }))
  const typing = new Typing(clock, notifier, delivery)
  const stream = await Stream.open(database, 'receipts')
  const receipts = new Receipts({ database, clock, notifier, stream, rooms, stores, delivery })
  const pushRules = new PushRules(database, accountData)
  const pushers = new Pushers(database)
  const notifications = new Notifications({ ...core, profiles, pushRules, ignoredUsers })
  core.timeline.onAppend((tx, room, event) => notifications.appended(tx, room, event))
  const carryOver = new CarryOver({ rooms, events: stores.events, accountData, pushRules })
  core.timeline.onAppend((tx, room, event) => carryOver.appended(tx, room, event))
  receipts.onRead((tx, read) => notifications.read(tx, read))
  accountData.onWrite(IGNORED_USERS, (tx, userId, content) =>
    notifications.ignored(tx, userId, ignoredIn(userId, content ?? undefined)),
  )
  core.sessions.onDelete((tx, { userId, deviceId }) => pushers.store.deleteOfDevice(tx, userId, deviceId))
  // Whoever waits for news with that session learns that it is over.
  core.sessions.onDelete(async (tx, { userId }) => tx.onCommit(() => notifier.wakeUser(userId)))
  const presence = new Presence({ ...core, isEnabled: config.presence })
  sync.onRequest(({ viewer, setPresence }) => presence.synced(viewer.userId, setPresence))
  for (const section of [typing, receipts, accountData, notifications, presence]) sync.addSection(section)
  core.timeline.onCommitted(({ room, event }) => {
    if (event.type !== 'm.room.member' || event.stateKey === undefined) return
    if (!room.state.isJoined(event.stateKey)) typing.stop(room, event.stateKey as typeof event.sender)
  })
  return {
    ...(await buildDeviceServices(core)),
    interactiveAuth: new InteractiveAuth(core.accounts, serverName),
    registrationNonces: new RegistrationNonces(clock),
    profiles,
    accountData,
    carryOver,
    typing,
    receipts,
    presence,
    userSearch: new UserSearch(database, stores.interner, profiles),
    openIdTokens: new OpenIdTokens(clock),
    pushRules,
    pushers,
    notifications,
    media: new Media({ database, folder: config.media.folder ?? 'media', serverName, clock, quota: quotaOf(core) }),
    [Symbol.asyncDispose]: async () => {
      typing[Symbol.dispose]()
      presence[Symbol.dispose]()
    },
  }
}

function quotaOf({ config, appservices }: CoreServices): MediaQuota {
  const isExempt = (owner: UserId): boolean => appservices.isOwnUser(owner)
  const { max_user_bytes: bytes = 10 * 1024 ** 3, max_user_files: files = 100_000 } = config.media
  return { bytes, files, isExempt }
}

async function buildDeviceServices(core: CoreServices): Promise<DeviceServices> {
  const { database, identity, sync, sessions, timeline } = core
  const { crypto } = identity
  const store = new DeviceKeyStore(database)
  const deviceLists = new DeviceLists({ ...core, stream: await Stream.open(database, 'device_lists') })
  const deviceKeys = new DeviceKeys({ ...core, crypto, store, deviceLists })
  const crossSigning = new CrossSigning({ ...core, crypto, store, deviceLists })
  const toDevice = new ToDevice({ ...core, stream: await Stream.open(database, 'to_device') })
  core.appservices.extras = new AppserviceExtras({ ...core, deviceKeys, deviceLists })
  timeline.onAppend((tx, room, event) => deviceLists.appended(tx, room, event))
  sessions.onDelete(async (tx, owner) => {
    await toDevice.deleteAll(tx, owner)
    await store.deleteDevice(tx, owner)
    await deviceLists.changed(tx, owner.userId)
    tx.onCommit(() => deviceKeys.forget(owner))
  })
  sessions.onRename((tx, { userId }) => deviceLists.changed(tx, userId))
  for (const section of [deviceLists, deviceKeys, toDevice]) sync.addSection(section)
  return { deviceKeys, deviceLists, crossSigning, toDevice, keyBackup: new KeyBackup(database) }
}
