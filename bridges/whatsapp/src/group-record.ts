import type { GroupMetadata } from './protocol/group.ts'

/** What WhatsApp has said of a group, taken together. What it left out is not there, though the library's types say so. */
export type GroupRecord = Partial<GroupMetadata> &
  Pick<GroupMetadata, 'id' | 'participants'> & {
    /** True: the members are those of an earlier time; there may be others by now. */
    readonly areMembersOld?: boolean
  }

/** What is said now, with what was known before of which it says nothing. */
export function withEarlier(
  said: Partial<GroupMetadata> & Pick<GroupMetadata, 'id'>,
  before: GroupRecord | undefined,
): GroupRecord {
  const { areMembersOld: _old, ...earlier } = before ?? { id: said.id, participants: [] }
  const { participants = [], ...rest } = said
  const present = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  // Whoever may see a group sees at least themselves in it: an answer without anybody is a part of one.
  if (participants.length > 0) return { ...earlier, ...present, id: said.id, participants }
  const { size: _count, announce, restrict, ...sure } = present as Partial<GroupMetadata>
  return {
    ...earlier,
    ...sure,
    // The library makes a no of a flag that is not there.
    ...(announce === true && { announce }),
    ...(restrict === true && { restrict }),
    id: said.id,
    areMembersOld: true,
  }
}

/** Are those all members that the group has? */
export function areAllMembers({ participants, size, areMembersOld }: GroupRecord): boolean {
  return areMembersOld !== true && participants.length > 0 && (size === undefined || size <= participants.length)
}
