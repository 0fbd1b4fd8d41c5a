/* The verbs about keys, forks and erasure: options, help and examples.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "confirm.h"
#include "ctl.h"
#include "deeds.h"

/* clang-format off */
static const struct lantik_option keygen_options[] = {
	{.name = "directory", .type = LANTIK_OPTION_TEXT, .argument = "DIR",
	 .help = {"where the daemon's four files are written; made when it is not there",
		  "tempat keempat berkas daemon ditulis; dibuat bila belum ada"}},
	{.name = "recovery-directory", .type = LANTIK_OPTION_TEXT, .argument = "DIR",
	 .help = {"where the recovery key is written: a medium that leaves this machine",
		  "tempat kunci pemulihan ditulis: media yang dipisahkan dari komputer ini"}},
	{.name = "origin", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"name of the ledger, as in migrate", "nama buku besar, seperti pada migrate"}},
	{.name = NULL},
};

static const struct lantik_option new_receipt_options[] = {
	{.name = "directory", .type = LANTIK_OPTION_TEXT, .argument = "DIR",
	 .help = {"where the two files are written", "tempat kedua berkas ditulis"}},
	{.name = "origin", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"name of the ledger, as in migrate", "nama buku besar, seperti pada migrate"}},
	{.name = NULL},
};

static const struct lantik_option new_auditor_options[] = {
	{.name = "directory", .type = LANTIK_OPTION_TEXT, .argument = "DIR",
	 .help = {"where the two files are written", "tempat kedua berkas ditulis"}},
	{.name = "name", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"name of the auditor in cosignatures: audit.example", "nama auditor dalam tanda tangan: audit.example"}},
	{.name = NULL},
};

static const struct lantik_option add_options[] = {
	DEED_OPTION_RECOVERY_KEY,
	DEED_OPTION_OFFICIAL,
	DEED_OPTION_REASON,
	DEED_OPTION_TIMEOUT,
	{.name = NULL},
};

static const struct lantik_option retire_options[] = {
	{.name = "compromised-from", .type = LANTIK_OPTION_NUMBER, .argument = "SIZE", .least = 0, .greatest = INT64_MAX,
	 .help = {"its secret was known to others: from this number of leaves on its signatures prove nothing",
		  "rahasianya diketahui orang lain: sejak jumlah daun ini tanda tangannya tidak membuktikan apa pun"}},
	DEED_OPTION_RECOVERY_KEY,
	DEED_OPTION_OFFICIAL,
	DEED_OPTION_REASON,
	CONFIRM_OPTION_YES,
	DEED_OPTION_TIMEOUT,
	{.name = NULL},
};

static const struct lantik_option recover_options[] = {
	{.name = "common", .type = LANTIK_OPTION_NUMBER, .argument = "SIZE", .least = 0, .greatest = INT64_MAX,
	 .help = {"leaves that both sides have (default: those written before PostgreSQL's timeline began)",
		  "daun yang dimiliki kedua sisi (bawaan: yang ditulis sebelum timeline PostgreSQL dimulai)"}},
	DEED_OPTION_RECOVERY_KEY,
	DEED_OPTION_OFFICIAL,
	DEED_OPTION_REASON,
	CONFIRM_OPTION_YES,
	DEED_OPTION_TIMEOUT,
	{.name = NULL},
};

static const struct lantik_option erase_options[] = {
	{.name = "in-force", .type = LANTIK_OPTION_FLAG,
	 .help = {"also a person who holds an appointment in force", "juga orang yang pengangkatannya masih berlaku"}},
	{.name = "office", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"which office, when two gave a batch the same id", "kantor mana, bila dua memberi nomor paket yang sama"}},
	DEED_OPTION_OFFICIAL,
	DEED_OPTION_REASON,
	CONFIRM_OPTION_YES,
	DEED_OPTION_TIMEOUT,
	{.name = NULL},
};

const struct lantik_verb ctl_ledger_verbs[] = {
	{.name = "keygen", .run = ctl_keygen, .options = keygen_options,
	 .summary = {"make the daemon's keys and the recovery key", "buat kunci daemon dan kunci pemulihan"},
	 .details = {"Into --directory: lantikd.curve.key and lantikd.curve.pub (offices pin this one), receipt.key and "
		     "receipt.vkey (the key that signs receipts). Into --recovery-directory: recovery.key and recovery.vkey, "
		     "the key by which receipt keys are added and retired and a fork is ended. lantikd knows its public half "
		     "alone. Nothing is overwritten.",
		     "Ke --directory: lantikd.curve.key dan lantikd.curve.pub (disimpan kantor), receipt.key dan receipt.vkey "
		     "(kunci penanda tangan tanda terima). Ke --recovery-directory: recovery.key dan recovery.vkey, kunci untuk "
		     "menambah dan mengakhiri kunci tanda terima serta mengakhiri cabang buku besar. lantikd hanya mengenal "
		     "bagian publiknya. Tidak ada yang ditimpa."},
	 .examples = "lantikctl keygen --directory /etc/lantik --recovery-directory /media/safe --origin "
		     "lantik.bkn.example/1\n"},
	{.name = "key new-receipt", .run = ctl_key_new_receipt, .options = new_receipt_options,
	 .summary = {"make the next receipt key", "buat kunci tanda terima berikutnya"},
	 .examples = "lantikctl key new-receipt --directory /etc/lantik --origin lantik.bkn.example/1\n"},
	{.name = "key new-auditor", .run = ctl_key_new_auditor, .options = new_auditor_options,
	 .summary = {"make the key of an auditor who cosigns checkpoints", "buat kunci auditor yang ikut menandatangani"},
	 .examples = "lantikctl key new-auditor --directory ~/audit --name audit.bkn.example\n"},
	{.name = "key list", .run = ctl_key_list,
	 .summary = {"receipt keys, and what they sign", "kunci tanda terima, dan yang ditandatanganinya"},
	 .examples = "lantikctl key list\n"},
	{.name = "key add", .run = ctl_key_add, .options = add_options, .arguments = "KEY", .most_arguments = 1,
	 .summary = {"add a receipt key", "tambah kunci tanda terima"},
	 .details = {"KEY is the .vkey file, or its line. From the deed's leaf on every checkpoint carries the signatures of "
		     "all keys that are not retired. Every lantikd must hold the new key first (next_receipt_key_file). "
		     "Offices learn of it with their next answer, since the recovery key signed the deed.",
		     "KUNCI adalah berkas .vkey, atau barisnya. Sejak daun akta ini setiap titik periksa ditandatangani semua "
		     "kunci yang belum diakhiri. Setiap lantikd harus sudah memegang kunci baru itu (next_receipt_key_file). "
		     "Kantor mengetahuinya pada jawaban berikutnya, karena akta ditandatangani kunci pemulihan."},
	 .examples = "lantikctl key add /etc/lantik/receipt-1f2e3d4c.vkey --recovery-key /media/safe/recovery.key --official "
		     "'Sri Wahyuni' --reason 'yearly rotation'\n"},
	{.name = "key retire", .run = ctl_key_retire, .options = retire_options, .arguments = "KEY", .most_arguments = 1,
	 .summary = {"end a receipt key", "akhiri kunci tanda terima"},
	 .details = {"KEY is its id, its .vkey file or its line. What it signed goes on holding, unless --compromised-from "
		     "says otherwise. Refused while a checkpoint under it is not stored, or when no other key signs.",
		     "KUNCI adalah id-nya, berkas .vkey, atau barisnya. Yang sudah ditandatanganinya tetap berlaku, kecuali "
		     "--compromised-from menyatakan lain. Ditolak selama ada titik periksa di bawahnya yang belum tersimpan, atau "
		     "bila tidak ada kunci lain yang menandatangani."},
	 .examples = "lantikctl key retire 9a8b7c6d --recovery-key /media/safe/recovery.key --official 'Sri Wahyuni' --reason "
		     "'yearly rotation'\n"
		     "lantikctl key retire 9a8b7c6d --compromised-from 1200 --recovery-key /media/safe/recovery.key --official "
		     "'Sri Wahyuni' --reason 'disk stolen'\n"},
	{.name = "ledger status", .run = ctl_ledger_status,
	 .summary = {"epoch and head of the ledger, and whether it lost leaves",
		     "epoch dan kepala buku besar, dan apakah ada daun yang hilang"},
	 .details = {"Ends with 8 while a signed checkpoint is known that the ledger does not continue, and says who showed it.",
		     "Berakhir dengan 8 selama diketahui titik periksa bertanda tangan yang tidak dilanjutkan buku besar, dan "
		     "menyebut siapa yang menunjukkannya."},
	 .examples = "lantikctl ledger status\n"},
	{.name = "ledger recover", .run = ctl_ledger_recover, .options = recover_options,
	 .summary = {"give lost leaves up and begin a new epoch", "lepaskan daun yang hilang dan mulai epoch baru"},
	 .details = {"After a failover or a restored backup that lost leaves. Says what would be done and asks. The deed names "
		     "the lost checkpoints and the size that both sides have; lantikd then takes batches again under the origin "
		     "of the new epoch, and offices send again what lies above that size.",
		     "Setelah failover atau pemulihan cadangan yang menghilangkan daun. Menyebut apa yang akan dilakukan lalu "
		     "bertanya. Akta menyebut titik periksa yang hilang dan ukuran yang dimiliki kedua sisi; sesudah itu lantikd "
		     "kembali menerima paket dengan asal epoch baru, dan kantor mengirim ulang yang di atas ukuran itu."},
	 .examples = "lantikctl ledger recover --recovery-key /media/safe/recovery.key --official 'Sri Wahyuni' --reason "
		     "'failover to db2, last commits missing'\n"},
	{.name = "erase", .run = ctl_erase, .options = erase_options, .arguments = "BATCH RECORD", .most_arguments = 2,
	 .summary = {"delete all that is held of one person", "hapus semua yang disimpan tentang satu orang"},
	 .details = {"The person is named by one record, as a receipt names it: batch id and number. Every version, returned "
		     "record and rejection of its NIK goes, and the bodies of refused batches that held it; hashes, counts and leaves stay, "
		     "so that every receipt still verifies. Needs lantik_reviewer.",
		     "Orangnya disebut dengan satu baris, seperti pada tanda terima: nomor paket dan nomor baris. Setiap versi, "
		     "baris yang dikembalikan, dan penolakan dengan NIK itu dihapus, juga isi paket yang ditolak yang memuatnya; hash, "
		     "hitungan, dan daun tetap, sehingga setiap tanda terima masih terverifikasi. Memerlukan lantik_reviewer."},
	 .examples = "lantikctl erase 019a1b2c-0000-7000-8000-000000000000 12 --official 'Sri Wahyuni' --reason 'court order "
		     "12/2027'\n"},
	{.name = NULL},
};
/* clang-format on */
