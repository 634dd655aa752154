import { notFound, type UserId } from '@pons/matrix'
import { checkNewPassword } from './check-new-password.ts'
import type { Sessions } from '../devices/sessions.ts'
import type { Accounts } from './accounts.ts'

/** Another password, by who runs the server; whoever had the old one is out. @throws MatrixError M_NOT_FOUND, M_WEAK_PASSWORD */
export async function resetPassword(
  { accounts, sessions }: { readonly accounts: Accounts; readonly sessions: Sessions },
  userId: UserId,
  password: string,
  { keepsDevices = false } = {},
): Promise<void> {
  const account = await accounts.find(userId)
  if (!account || account.appservice !== undefined || account.isDeactivated) throw notFound('There is no such person')
  checkNewPassword(password)
  await accounts.setPassword(userId, password)
  if (!keepsDevices) await sessions.logOutAll(userId)
}
