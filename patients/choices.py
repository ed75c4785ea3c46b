"""Words of the patient record. Values are stored: add, never rename."""

from django.db.models import TextChoices


class Sex(TextChoices):
    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Not recorded"


DEFAULT_LANGUAGE = "en"  # which others there are is decided by the files of texts


class PatientStatus(TextChoices):
    """Only an active patient is asked, reminded or chased (protocol 3.3)."""

    ACTIVE = "active", "Active"
    WITHDRAWN = "withdrawn", "Withdrew from follow-up"
    TRANSFERRED = "transferred", "Transferred to another clinic"
    DECEASED = "deceased", "Died"


class ChannelKind(TextChoices):
    EMAIL = "email", "E-mail"
    SMS = "sms", "Text message"
    PHONE = "phone", "Phone call"
    LETTER = "letter", "Letter"


class ConsentSource(TextChoices):
    """How we know what a patient agreed to, or no longer does."""

    STAFF = "staff", "Recorded by staff"
    TEXT = "text", "By text message"
    PROVIDER = "provider", "Told by the provider"


class CloseReason(TextChoices):
    """Why nothing is sent to an address any more, until it is changed."""

    BOUNCED = "bounced", "E-mail comes back"
    NO_SUCH_NUMBER = "no_number", "Not a number that takes text messages"
    OPTED_OUT = "opted_out", "The provider says that texts were stopped"
    REFUSED = "refused", "The provider refuses this address"


class Region(TextChoices):
    CERVICAL = "cervical", "Cervical"
    CERVICOTHORACIC = "cervicothoracic", "Cervicothoracic"
    THORACIC = "thoracic", "Thoracic"
    THORACOLUMBAR = "thoracolumbar", "Thoracolumbar"
    LUMBAR = "lumbar", "Lumbar"
    LUMBOSACRAL = "lumbosacral", "Lumbosacral"

    @property
    def is_neck(self) -> bool:
        """Neck and arm are asked instead of back and leg (protocol 1.2)."""
        return self in (Region.CERVICAL, Region.CERVICOTHORACIC)


class Approach(TextChoices):
    ACDF = "ACDF", "ACDF (anterior neck)"
    POSTERIOR_CERVICAL = "posterior_cervical", "Posterior cervical"
    ALIF = "ALIF", "ALIF"
    LLIF = "LLIF", "LLIF"
    OLIF = "OLIF", "OLIF"
    PLIF = "PLIF", "PLIF"
    TLIF = "TLIF", "TLIF"
    MIS_TLIF = "MIS_TLIF", "MIS-TLIF"
    PLF = "PLF", "PLF (posterolateral)"
    PSF = "PSF", "PSF (posterior)"
    AROUND = "360", "360 (front and back)"
    OTHER = "other", "Other"


class Smoking(TextChoices):
    NEVER = "never", "Never"
    EX_LONG = "ex_gt6m", "Stopped more than 6 months ago"
    EX_RECENT = "ex_lt6m", "Stopped in the last 6 months"
    CURRENT = "current", "Smokes now"


class Diabetes(TextChoices):
    NONE = "none", "None"
    TYPE_1 = "type1", "Type 1"
    TYPE_2 = "type2", "Type 2"


class Source(TextChoices):
    """How a report reached us."""

    LINK = "link", "Patient, by link"
    PHONE = "phone", "Told on the phone"
    PAPER = "paper", "Paper form"
    VISIT = "visit", "At a visit"
    IMPORT = "import", "Imported"


class AnsweredBy(TextChoices):
    PATIENT = "patient", "The patient"
    PROXY = "proxy", "Somebody for the patient"


class Change(TextChoices):
    """Weakness, numbness, instability: compared with before."""

    NONE = "none", "None"
    SAME = "same", "Same as before"
    WORSE = "worse", "Worse"
    NEW = "new", "New"


class Side(TextChoices):
    LEFT = "left", "Left"
    RIGHT = "right", "Right"
    BOTH = "both", "Both"


class NumbSite(TextChoices):
    ARM = "arm", "Arm"
    HAND = "hand", "Hand"
    LEG = "leg", "Leg"
    FOOT = "foot", "Foot"
    TRUNK = "trunk", "Trunk"
    SADDLE = "saddle", "Between the legs"


class NumbKind(TextChoices):
    NUMBNESS = "numbness", "Numbness"
    TINGLING = "tingling", "Tingling"


class PainQuality(TextChoices):
    DULL = "dull", "Dull"
    ACHING = "aching", "Aching"
    SHARP = "sharp", "Sharp"
    BURNING = "burning", "Burning"
    OTHER = "other", "Something else"


class WoundSign(TextChoices):
    CLEAR = "clear", "Clear fluid"
    BLOOD = "blood", "Blood"
    PUS = "pus", "Pus or a bad smell"
    OPEN = "open", "Edges opening"
    REDNESS = "redness", "Spreading redness"


class Walking(TextChoices):
    UNDER_5 = "<5", "Less than 5 minutes"
    TO_15 = "5-15", "5 to 15 minutes"
    TO_30 = "15-30", "15 to 30 minutes"
    TO_60 = "30-60", "30 to 60 minutes"
    OVER_60 = ">60", "More than an hour"


class Opioid(TextChoices):
    NONE = "none", "None"
    SOME = "some", "Some days"
    DAILY = "daily", "Every day"


class MedChange(TextChoices):
    LESS = "less", "Less"
    SAME = "same", "The same"
    MORE = "more", "More"


class Adherence(TextChoices):
    ALL = "all", "All of the time"
    MOSTLY = "mostly", "Mostly"
    SOME = "some", "Some of the time"
    NOT = "not", "Not at all"


class Swallow(TextChoices):
    NONE = "none", "None"
    MILD = "mild", "Mild"
    MODERATE = "moderate", "Moderate (some foods)"
    SEVERE = "severe", "Severe (liquids)"


class ImpressionOfChange(TextChoices):
    MUCH_BETTER = "much_better", "Much better"
    BETTER = "better", "Better"
    SAME = "same", "About the same"
    WORSE = "worse", "Worse"
    MUCH_WORSE = "much_worse", "Much worse"


class Modality(TextChoices):
    XRAY = "xray", "X-ray"
    MRI = "mri", "MRI"
    CT = "ct", "CT"
    BONE_SCAN = "bone_scan", "Bone scan"


class ImagingQuestion(TextChoices):
    """What a study is to answer (protocol 1.5)."""

    HARDWARE = "hardware_position", "Position of the hardware"
    SCAR = "soft_tissue_scar", "Scar tissue"
    NERVE = "nerve_compression", "Nerve compression"
    FUSION = "bone_fusion", "Fusion of the bone"


class ImagingFinding(TextChoices):
    NORMAL = "normal", "Nothing abnormal"
    FUSED = "fused", "Fused"
    NONUNION = "nonunion", "Not fused"
    LOOSENING = "loosening", "Loosening"
    DISPLACEMENT = "displacement", "Displacement"
    BREAKAGE = "breakage", "Breakage"
    ASD = "asd", "Adjacent segment disease"
    STENOSIS = "stenosis", "Stenosis"
    SCAR = "scar", "Scar tissue"
    COLLECTION = "collection", "Fluid collection"
    FRACTURE = "fracture", "Fracture"
    OTHER = "other", "Other"


class Instrument(TextChoices):
    """Stored as totals entered by staff: no licensed text ships."""

    ODI = "odi", "ODI (%)"
    NDI = "ndi", "NDI (%)"
    PROMIS_PF = "promis_pf", "PROMIS physical function (T)"
    PHQ9 = "phq9", "PHQ-9"


class DeficitItem(TextChoices):
    """Red-flag symptoms that can be a known, stable deficit (protocol 4.1.14)."""

    SADDLE = "saddle", "Saddle numbness"
    BLADDER = "bladder", "Bladder trouble"
    BOWEL = "bowel", "Bowel trouble"
    WEAK = "weak", "Weakness"
    GAIT_HAND = "gait_hand", "Unsteady walking or clumsy hands"
