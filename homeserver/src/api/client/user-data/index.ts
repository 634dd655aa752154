import type { Endpoint } from '../../endpoint.ts'
import {
  deleteAccountData,
  deleteRoomAccountData,
  getAccountData,
  getRoomAccountData,
  setAccountData,
  setRoomAccountData,
} from './account-data.ts'
import { getOpenIdUser, requestOpenIdToken } from './openid.ts'
import { deleteTag, listTags, setTag } from './tags.ts'
import { getTurnServer } from './turn-server.ts'
import { searchUsers } from './user-directory.ts'

export const userDataEndpoints: readonly Endpoint[] = [
  getAccountData,
  setAccountData,
  deleteAccountData,
  getRoomAccountData,
  setRoomAccountData,
  deleteRoomAccountData,
  listTags,
  setTag,
  deleteTag,
  searchUsers,
  requestOpenIdToken,
  getOpenIdUser,
  getTurnServer,
]
