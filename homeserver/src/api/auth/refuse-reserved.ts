import { exclusive, type UserId } from '@pons/matrix'
import type { Appservice } from '../../appservices/appservice.ts'
import type { Services } from '../../services/open-services.ts'

/** A name that is another application service's alone is nobody else's. @throws MatrixError M_EXCLUSIVE */
export function refuseReserved(
  { roster }: Pick<Services, 'roster'>,
  userId: UserId,
  appservice: Appservice | undefined,
): void {
  const owner = roster.exclusiveOwnerOfUser(userId)
  if (owner && owner !== appservice) throw exclusive('This user ID is reserved by an application service.')
}
