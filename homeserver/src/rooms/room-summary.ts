import type { JsonObject } from '@pons/matrix'
import type { Room } from './room.ts'

/** What the directory and previews tell about a room. */
export function roomSummary(room: Room): JsonObject {
  const text = (type: string, key: string): string | undefined => {
    const value = room.content(type)?.[key]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const optional: Record<string, string | undefined> = {
    name: text('m.room.name', 'name'),
    topic: text('m.room.topic', 'topic'),
    canonical_alias: text('m.room.canonical_alias', 'alias'),
    avatar_url: text('m.room.avatar', 'url'),
    room_type: text('m.room.create', 'type'),
    encryption: text('m.room.encryption', 'algorithm'),
  }
  const named = Object.entries(optional).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
  return {
    room_id: room.roomId,
    num_joined_members: room.state.count('join'),
    world_readable: text('m.room.history_visibility', 'history_visibility') === 'world_readable',
    guest_can_join: text('m.room.guest_access', 'guest_access') === 'can_join',
    join_rule: text('m.room.join_rules', 'join_rule') ?? 'invite',
    room_version: room.version.id,
    ...Object.fromEntries(named),
  }
}
