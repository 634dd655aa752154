-- Who made a room: how many one user makes is limited.
alter table room add column creator integer;
update room set creator = (select e.sender from event e where e.room = room.nid order by e.nid limit 1);
create index room_by_creator on room (creator);

-- Invitations that wait for an answer are counted by the invited.
create index membership_invited on membership (user_nid) where membership = 1;

-- The oldest transaction ids of a device go first.
create index event_txn_of_device on event_txn (sender, device, event) where device <> '';

-- What a key has signed goes with it, as what was said of it does.
create index key_signature_by_signer on key_signature (signer_user, signer_key_id);
delete from key_signature
  where not exists (
    select 1 from device_key d where d.user_id = key_signature.target_user and d.device_id = key_signature.target_key)
  and not exists (
    select 1 from cross_signing_key c where c.user_id = key_signature.target_user
      and c.content like '%"ed25519:' || key_signature.target_key || '"%');
