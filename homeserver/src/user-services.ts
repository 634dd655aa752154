import { EphemeralDelivery } from './ephemeral/delivery.ts'
import { Receipts } from './ephemeral/receipts.ts'
import { Typing } from './ephemeral/typing.ts'
import { Media } from './media/media.ts'
import type { CoreServices } from './services.ts'
import { Stream } from './sync/stream.ts'
import { AccountData } from './users/account-data.ts'
import { InteractiveAuth } from './users/interactive-auth.ts'
import { Profiles } from './users/profiles.ts'
import { RegistrationNonces } from './users/registration-nonces.ts'

/** Services of users, devices, media, ephemeral data and push. */
export interface UserServices extends AsyncDisposable {
  readonly interactiveAuth: InteractiveAuth
  readonly registrationNonces: RegistrationNonces
  readonly profiles: Profiles
  readonly accountData: AccountData
  readonly typing: Typing
  readonly receipts: Receipts
  readonly media: Media
}

/** Builds them over the core, and plugs them into it. */
export async function buildUserServices(core: CoreServices): Promise<UserServices> {
  const { database, config, serverName, clock, notifier, rooms, stores, sync } = core
  const profiles = new Profiles(database)
  core.memberships.useProfiles((userId) => profiles.memberFields(userId))
  const accountData = new AccountData(database, notifier, await Stream.open(database, 'account_data'))
  const delivery = new EphemeralDelivery(database, core.appservices, core.logger.child({ component: 'ephemeral' }))
  const typing = new Typing(clock, notifier, delivery)
  const stream = await Stream.open(database, 'receipts')
  const receipts = new Receipts({ database, clock, notifier, stream, rooms, stores, delivery })
  for (const section of [typing, receipts, accountData]) sync.addSection(section)
  core.timeline.onCommitted(({ room, event }) => {
    if (event.type !== 'm.room.member' || event.stateKey === undefined) return
    if (!room.state.isJoined(event.stateKey)) typing.stop(room, event.stateKey as typeof event.sender)
  })
  return {
    interactiveAuth: new InteractiveAuth(core.accounts, serverName),
    registrationNonces: new RegistrationNonces(clock),
    profiles,
    accountData,
    typing,
    receipts,
    media: new Media({ database, folder: config.media.folder ?? 'media', serverName, clock }),
    [Symbol.asyncDispose]: async () => typing[Symbol.dispose](),
  }
}
