"""Cord, chest, neck, wound and self-harm: what cannot wait."""

from followups.choices import Rule, Severity
from followups.protocol import STANDARD
from followups.rules import chest, cord, mood, neck, wound
from followups.rules.catalogue.entry import Cause, Entry, causes

_P = STANDARD
_EMERGENCY, _URGENT = Severity.EMERGENCY, Severity.URGENT
_SOON, _ROUTINE = Severity.SOON, Severity.ROUTINE
_ONLY_A_PERSON = "only a person closes it."

ALARMS = (
    Entry(
        rule=Rule.EMG_CES,
        check=cord.cauda_equina,
        absent=cord.no_cauda_equina_twice,
        severities=(_EMERGENCY,),
        text=(
            "Any report, on any day and after surgery on any region, ticks new saddle "
            "numbness, new bladder trouble or new loss of bowel control. One is "
            "enough. Emergency."
        ),
        possible=(
            *causes(
                "haematoma",
                "scar tissue or nerve compression",
                "hardware displacement",
                "infection",
            ),
            Cause("adjacent segment disease (late)", from_pod=_P.phases.late_from_pod),
        ),
        consider=(
            "emergency examination with perianal sensation and post-void residual",
            "emergency MRI, CT myelogram if MRI is impossible",
        ),
        ending=(
            "only a person closes it. It takes weakness, numbness and cord findings into its flag."
        ),
        source=(
            "Liu 2025, Orthop Surg 17:653 (haematoma presenting as isolated "
            "retention); HSSIB cauda equina report; GIRFT 2023 pathway."
        ),
        limits=(
            "Constipation alone is not counted. A known, assessed deficit is asked as "
            '"new or worse since"; nothing else silences the question, and nothing at all '
            "silences a tick."
        ),
        absorbs=(Rule.NEURO_PAIN, Rule.NEURO_SENS, Rule.MOTOR, Rule.MYELO),
    ),
    Entry(
        rule=Rule.MOTOR,
        check=cord.motor,
        absent=cord.no_weakness_twice,
        severities=(_EMERGENCY, _URGENT, _ROUTINE),
        text=(
            "New or worse weakness: emergency if it gets worse from day to day, the "
            "foot or hand cannot be lifted, walking is not possible, or both sides are "
            "affected; otherwise urgent. From day "
            f"{_P.motor.lasting_from_pod}, weakness answered same as before that was "
            "also present in the answer before is routine."
        ),
        possible=(
            *causes(
                "scar tissue or nerve compression",
                "screw impingement",
                "haematoma",
                "cord compression",
            ),
            Cause("C5 palsy (cervical)", is_neck_only=True),
        ),
        consider=(
            "neurological examination: power, reflexes",
            "MRI for soft tissue",
            "CT or X-ray for screw position",
        ),
        ending=(
            "only a person closes it; the routine form also closes when weakness is "
            'answered "none" twice.'
        ),
        source=(
            "C5 palsy in 4.8% of 330 ACDF (J Clin Neurosci 2024); patient guide: "
            "muscle weakness; tiers are a design decision."
        ),
        limits=(
            "Self-reported power, no examination. Unanswered features do not lower the "
            "severity below urgent; they are listed as missing."
        ),
        clears_itself=True,
    ),
    Entry(
        rule=Rule.MYELO,
        check=cord.myelopathy,
        absent=cord.no_cord_sign_twice,
        severities=(_URGENT,),
        text=(
            "After surgery on any neck or chest level: newly clumsy hands or newly "
            "unsteady walking. Urgent."
        ),
        possible=causes("cord compression", "hardware", "haematoma", "adjacent segment disease"),
        consider=("neurological examination, mJOA", "MRI of the whole region"),
        ending=f"{_ONLY_A_PERSON} It joins the flag of EMG-CES or MOTOR.",
        source=(
            "mJOA smallest important change 1, 2, 3 for mild, moderate, severe "
            "(Tetreault 2015); tier is a design decision."
        ),
        limits=(
            "Not judged after lumbar or lumbosacral surgery, where the question is not "
            "asked. The region decides, not the single levels."
        ),
    ),
    Entry(
        rule=Rule.EMG_CARDIO,
        check=chest.cardio,
        absent=chest.no_chest_sign_twice,
        severities=(_EMERGENCY,),
        text=("Chest pain, new breathlessness or coughing blood, on any day. Emergency."),
        possible=causes("pulmonary embolism", "cardiac", "pneumonia"),
        consider=("emergency department",),
        ending=f"{_ONLY_A_PERSON} It takes DVT into its flag.",
        source=(
            "Emergency visits within 30 days after lumbar fusion 12.8%, 49% "
            "cardiorespiratory (Clin Spine Surg 2019); clots 2.0-3.6% in 30 days, median "
            "day 3.6-6.8 (J Neurosurg Spine 2017, n=6,869)."
        ),
        limits="One question for three signs; which of them is not known.",
        absorbs=(Rule.DVT,),
    ),
    Entry(
        rule=Rule.DVT,
        check=chest.clot,
        absent=chest.no_calf_sign_twice,
        severities=(_URGENT,),
        text="New swelling, pain or warmth in one calf, on any day. Urgent.",
        possible=causes("deep vein thrombosis"),
        consider=("Wells score", "D-dimer or duplex ultrasound"),
        ending=f"{_ONLY_A_PERSON} It joins EMG-CARDIO when both fire.",
        source=(
            "Clots on screening after lumbar fusion 11.8%, 0.7% with symptoms "
            "(PMC6714819); 0.29% DVT and 0.24% PE in hospital (JBJS 2014)."
        ),
        limits="Leg pain from a nerve can feel the same; only examination tells.",
    ),
    Entry(
        rule=Rule.SWALLOW,
        check=neck.swallow,
        absent=neck.no_swallow_sign_twice,
        severities=(_EMERGENCY, _URGENT, _SOON),
        text=(
            "Trouble breathing or a fast-growing swelling of the neck, on any day and "
            "after any surgery: emergency. After cervical or cervicothoracic surgery, "
            "trouble swallowing liquids is urgent; trouble with some foods is soon from "
            f"day {_P.swallow.moderate_from_pod}."
        ),
        possible=causes(
            "retropharyngeal haematoma",
            "oedema",
            "hardware prominence or displacement",
            "nerve palsy",
        ),
        consider=(
            "emergency airway assessment",
            "lateral cervical X-ray",
            "swallow study or laryngoscopy",
        ),
        ending=(
            f"{_ONLY_A_PERSON[:-1]}; a badge shows when the airway is denied and swallowing "
            "no worse than mild on two reports."
        ),
        source=(
            "Swallowing trouble in 10.2% at 6 weeks, resolved by 3-6 months (Br J "
            "Neurosurg 2020); airway haematoma mostly within 24-72 hours."
        ),
        limits=(
            "Swallowing is asked after anterior neck surgery until day 182; otherwise the "
            "rule could not be judged."
        ),
    ),
    Entry(
        rule=Rule.INFECT,
        check=wound.infection,
        absent=wound.no_infection_twice,
        severities=(_EMERGENCY, _URGENT),
        text=(
            "Feeling seriously unwell, with or without fever or wound signs: emergency. "
            "Urgent: pus, open edges or redness of the wound "
            "on any day; clear or bloody drainage from day "
            f"{_P.infection.drainage_from_pod}; fever or {_P.infection.fever_from_c} degrees "
            f"and more up to day "
            f"{_P.infection.fever_until_pod}; fever later with pain of "
            f"{_P.infection.late_pain_from} or more."
        ),
        possible=causes("infection, also late and looking like pseudarthrosis"),
        consider=(
            "wound review, CRP or ESR, cultures",
            "MRI with contrast",
            "CT or X-ray for loosening",
        ),
        ending=f"{_ONLY_A_PERSON} It shares its flag with CSF.",
        source=(
            "Infection in 6.7% of 898 instrumented fusions (Eur Spine J 2018) and 16% of "
            "90-day readmissions (MSSIC); clinic leaflet: drainage beyond 5 days, 100.4 F; "
            "CDC window of 90 days. Feeling seriously unwell alone: design decision, so that "
            "everybody who is told to call now is also in the queue."
        ),
        limits=(
            "The wound is asked about until day 42; after that the rule fires on fever "
            "only and otherwise could not be judged. Signs told in separate reports of "
            "one day count together."
        ),
    ),
    Entry(
        rule=Rule.CSF,
        check=wound.fluid_leak,
        absent=wound.no_fluid_leak_twice,
        severities=(_URGENT,),
        text=(
            f"Up to day {_P.fluid_leak.until_pod}: clear fluid from the wound, or a new "
            "headache that is worse sitting or standing. Urgent."
        ),
        possible=causes("dural tear or spinal fluid leak", "infection"),
        consider=("same-day review", "beta-2 transferrin", "MRI"),
        ending=f"{_ONLY_A_PERSON} It shares its flag with INFECT.",
        source="Standard practice; dural tear about 2% in NORspine (Werner 2017).",
        limits="Does not know of a dural tear during surgery; the operative note does.",
    ),
    Entry(
        rule=Rule.SUICIDE,
        check=mood.self_harm,
        absent=mood.no_self_harm_twice,
        severities=(_EMERGENCY, _URGENT),
        text=(
            "Only where the PHQ-9 is asked: item 9 of "
            f"{_P.self_harm.emergency_from} or 3 is an emergency, "
            f"{_P.self_harm.urgent_from} is urgent. An answer entered by staff counts "
            "until item 9 is answered again."
        ),
        possible=causes("suicidal ideation"),
        consider=("call by a clinician", "C-SSRS or ASQ", "local crisis pathway"),
        ending="only a person closes it; never snoozed, never merged.",
        source=(
            "Item 9 positive in 0.9% of PHQs (JMIR Ment Health 2024); Joint Commission "
            "NPSG 15; tiers are a design decision."
        ),
        limits=("The PHQ-4 has no such question; without the PHQ-9 the rule could not be judged."),
    ),
)
