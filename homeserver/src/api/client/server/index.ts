import type { Endpoint } from '../../endpoint.ts'
import { getCapabilities } from './get-capabilities.ts'
import { getVersions } from './get-versions.ts'

export const serverEndpoints: readonly Endpoint[] = [getVersions, getCapabilities]
