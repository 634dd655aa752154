import type { Endpoint } from '../../endpoint.ts'
import { createFilter, getFilter } from './filter.ts'
import { getSync } from './get-sync.ts'

export const syncEndpoints: readonly Endpoint[] = [getSync, createFilter, getFilter]
