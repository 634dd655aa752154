import type { Transaction } from '@pons/database'
import { resourceLimitExceeded, type UserId } from '@pons/matrix'
import type { Config } from '../config.ts'
import type { Membership } from '../event/room-event.ts'
import type { RoomStores } from './rooms.ts'

export interface RoomLimitsOptions {
  readonly config: Pick<Config, 'max_user_rooms' | 'max_user_joined_rooms' | 'max_user_invites'>
  readonly stores: Pick<RoomStores, 'rooms' | 'memberships' | 'interner'>
  /** Bridges make a room for each chat, and their bots are in all of them. */
  readonly isExempt: (userId: UserId) => boolean
}

/** Of the invitations that a user may have, one inviter may fill this part. */
const PART_OF_INVITER = 4

/** How much one user may grow what is kept for ever: rooms, and places in them. */
export class RoomLimits {
  readonly #options: RoomLimitsOptions

  constructor(options: RoomLimitsOptions) {
    this.#options = options
  }

  /** Before a room is made. @throws MatrixError M_RESOURCE_LIMIT_EXCEEDED */
  async checkCreate(tx: Transaction, creator: UserId): Promise<void> {
    const { config, stores, isExempt } = this.#options
    const most = config.max_user_rooms
    const nid = isExempt(creator) ? undefined : await stores.interner.find(creator, tx)
    if (nid === undefined || (await stores.rooms.countOf(tx, nid)) < most) return
    throw resourceLimitExceeded(
      `a user may make ${most} rooms here; use one of them, or ask the administrator for more`,
    )
  }

  /** Before somebody comes in, knocks or is invited. @throws MatrixError M_RESOURCE_LIMIT_EXCEEDED */
  async checkMember(
    tx: Transaction,
    { sender, target, membership }: { sender: UserId; target: UserId; membership: Membership },
  ): Promise<void> {
    const { stores, isExempt } = this.#options
    if (membership === 'leave' || membership === 'ban' || isExempt(target) || isExempt(sender)) return
    const targetNid = await stores.interner.find(target, tx)
    if (targetNid === undefined) return
    await (membership === 'invite' ? this.#checkInvite(tx, sender, targetNid) : this.#checkPlaces(tx, targetNid))
  }

  async #checkPlaces(tx: Transaction, userNid: number): Promise<void> {
    const most = this.#options.config.max_user_joined_rooms
    if ((await this.#options.stores.memberships.countPlaces(tx, userNid, most)) < most) return
    throw resourceLimitExceeded(`a user may be in ${most} rooms here; leave one of them first`)
  }

  async #checkInvite(tx: Transaction, sender: UserId, targetNid: number): Promise<void> {
    const { config, stores, isExempt } = this.#options
    const most = config.max_user_invites
    const mostOfOne = Math.ceil(most / PART_OF_INVITER)
    const inviters = await stores.memberships.inviters(tx, targetNid)
    if ((inviters.get(sender) ?? 0) >= mostOfOne) {
      throw resourceLimitExceeded(`the user has ${mostOfOne} invitations of yours to answer; take back some first`)
    }
    let total = 0
    for (const [inviter, count] of inviters) if (!isExempt(inviter)) total += count
    if (total >= most)
      throw resourceLimitExceeded(`the user has ${most} invitations to answer; ask them to do so first`)
  }
}
