import type { JsonObject, UserId } from '@pons/matrix'

/** Content that mentions further people, too (spec, "User and room mentions"). */
export function mentioning(content: JsonObject, further: readonly UserId[]): JsonObject {
  if (further.length === 0) return content
  const users = new Set([...mentionedIn(content), ...further])
  return { ...content, 'm.mentions': { user_ids: [...users] } }
}

export function mentionedIn(content: JsonObject | undefined): string[] {
  const mentions = content?.['m.mentions'] as JsonObject | undefined
  const users = mentions?.['user_ids']
  return Array.isArray(users) ? users.filter((user): user is string => typeof user === 'string') : []
}
