-- Messages of which a gateway hasn't told whether they arrived, by their age.
CREATE INDEX outbox_pending ON outbox (settled_at) WHERE arrival = 'PENDING';
-- SMS by their time, for the limits of a day.
CREATE INDEX outbox_sms ON outbox (settled_at) WHERE channel = 'SMS';
