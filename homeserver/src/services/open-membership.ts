import type { UserId } from '@pons/matrix'
import { userMaker } from '../appservices/user-maker.ts'
import { mediaQuota } from '../media/media-quota.ts'
import { Media } from '../media/media.ts'
import { Aliases } from '../rooms/aliases.ts'
import { Memberships } from '../rooms/membership.ts'
import { RoomDirectory } from '../rooms/room-directory.ts'
import { RoomLimits } from '../rooms/room-limits.ts'
import type { AppserviceServices } from './open-appservices.ts'
import type { BaseServices } from './open-base.ts'
import type { PeopleServices } from './open-people.ts'
import type { TimelineServices } from './open-timelines.ts'

/** Who comes into rooms, by which names they are found, and how much each may have. */
export function openMembership(from: BaseServices & PeopleServices & TimelineServices & AppserviceServices) {
  const { config, roster, appserviceQueries: queries } = from
  const isExempt = (userId: UserId): boolean => roster.isOwnUser(userId)
  const limits = new RoomLimits({ ...from, isExempt })
  return {
    limits,
    memberships: new Memberships({ ...from, limits, ensureUser: userMaker({ ...from, queries }) }),
    aliases: new Aliases({ ...from, claims: roster, queries }),
    roomDirectory: new RoomDirectory(from),
    media: new Media({ ...from, folder: config.media.folder ?? 'media', quota: mediaQuota(config, isExempt) }),
  }
}
