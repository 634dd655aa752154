import type { Endpoint } from '../../endpoint.ts'
import { deleteProfileField, getProfile, getProfileField, replaceProfile, setProfileField } from './profile.ts'

export const profileEndpoints: readonly Endpoint[] = [
  getProfile,
  getProfileField,
  setProfileField,
  deleteProfileField,
  replaceProfile,
]
