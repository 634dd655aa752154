import type { Endpoint } from '../../endpoint.ts'
import { getLoginFlows, logIn } from './log-in.ts'
import { logOut, logOutAll } from './log-out.ts'
import { refresh } from './refresh.ts'
import { isUsernameAvailable, register } from './register.ts'
import { whoAmI } from './who-am-i.ts'

export const sessionEndpoints: readonly Endpoint[] = [
  register,
  isUsernameAvailable,
  getLoginFlows,
  logIn,
  refresh,
  logOut,
  logOutAll,
  whoAmI,
]
