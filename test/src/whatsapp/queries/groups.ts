import { bytesIn, bytesOf, childrenOf, stanza, type Stanza } from '../wire/stanza.ts'
import type { Addresses } from '../world/addresses.ts'
import type { Group, Person } from '../world/entities.ts'
import { groupNode, type GroupChanges } from '../world/group-changes.ts'
import { QueryError } from './query-error.ts'
import type { Answers, Query } from './query.ts'

/** Groups, as their members may see and change them. */
export function groupAnswers({ addresses, groups }: { addresses: Addresses; groups: GroupChanges }): Answers {
  const groupOf = (asked: Query): Group => groupFor(addresses, asked)
  const setAdmin = async (asked: Query, isAdmin: boolean): Promise<Stanza[]> => {
    const group = administered(groupOf(asked), asked.companion.person)
    const people = peopleIn(addresses, asked.child)
    await groups.setAdmin(asked.companion.person, group, { people, isAdmin })
    return [stanza(isAdmin ? 'promote' : 'demote', {}, done(people))]
  }
  const changeMembers = async (asked: Query, change: 'add' | 'remove'): Promise<Stanza[]> => {
    const group = administered(groupOf(asked), asked.companion.person)
    const people = peopleIn(addresses, asked.child)
    await groups[change](asked.companion.person, group, people)
    return [stanza(change, {}, done(people))]
  }
  return {
    'w:g2 get query': (asked) => [groupNode(groupOf(asked))],
    'w:g2 get participating': ({ companion }) => {
      const own = [...addresses.groups].filter(({ members }) => members.has(companion.person))
      return [stanza('groups', {}, own.map(groupNode))]
    },
    'w:g2 set subject': async (asked) => {
      await groups.rename(asked.companion.person, groupOf(asked), bytesIn(asked.child).toString())
      return undefined
    },
    'w:g2 set description': async (asked) => {
      const group = groupOf(asked)
      if (asked.child?.attrs['prev'] !== group.descriptionId) throw new QueryError(409, 'conflict')
      await groups.describe(asked.companion.person, group, bytesOf(asked.child, 'body').toString())
      return undefined
    },
    'w:g2 set add': (asked) => changeMembers(asked, 'add'),
    'w:g2 set remove': (asked) => changeMembers(asked, 'remove'),
    'w:g2 set promote': (asked) => setAdmin(asked, true),
    'w:g2 set demote': (asked) => setAdmin(asked, false),
    'w:g2 set leave': async ({ companion, child }) => {
      for (const { attrs } of childrenOf(child, 'group')) {
        const group = addresses.group(attrs['id'])
        if (group !== undefined) await groups.remove(companion.person, group, [companion.person])
      }
      return [stanza('leave')]
    },
  }
}

function groupFor(addresses: Addresses, { query, companion }: Query): Group {
  const group = addresses.group(query.attrs['to'])
  if (group === undefined) throw new QueryError(404, 'item-not-found')
  if (!group.members.has(companion.person)) throw new QueryError(403, 'forbidden')
  return group
}

function administered(group: Group, person: Person): Group {
  if (!group.members.get(person)?.isAdmin) throw new QueryError(403, 'forbidden')
  return group
}

function peopleIn(addresses: Addresses, child: Stanza | undefined): Person[] {
  return childrenOf(child, 'participant').map(({ attrs }) => {
    const person = addresses.person(attrs['jid'])
    if (person === undefined) throw new QueryError(404, 'item-not-found')
    return person
  })
}

function done(people: readonly Person[]) {
  return people.map(({ lid }) => stanza('participant', { jid: lid }))
}
