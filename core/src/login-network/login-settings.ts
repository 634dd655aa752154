import { Type } from 'typebox'

/** Settings that networks have whose chats come with a login. */
export const loginSettings = {
  chats_after_login: Type.Integer({
    default: 15,
    minimum: 0,
    maximum: 100,
    description:
      'How many of the most recent chats get a room right after a login; others get theirs with the next message.',
  }),
  max_media_bytes: Type.Integer({
    default: 104857600,
    minimum: 1024,
    description: 'Larger media are not copied; a line in the room says so.',
  }),
} as const
